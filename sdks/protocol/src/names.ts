import * as z from 'zod';

/** Keys of projects, environments, flags, audiences, attributes and variations: safe in any path, header and log. */
export const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A key as people choose it; immutable once created. */
export const keySchema = z
  .string()
  .regex(keyPattern, 'must be 1 to 64 letters, digits, ".", "_" or "-", and begin with a letter or a digit')
  .meta({ id: 'Key', description: 'Names a thing for good: it never changes.', examples: ['google-pay'] });

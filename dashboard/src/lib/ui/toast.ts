import { toast as sonner } from 'svelte-sonner';

/** Longer than a success, because an error asks for reading and perhaps for doing. */
const errorMs = 9_000;

/** Short messages in the corner, which a screen reader speaks. */
export const toast = {
  success: (message: string, description?: string) =>
    sonner.success(message, description === undefined ? {} : { description }),
  error: (message: string, description?: string) =>
    sonner.error(message, { duration: errorMs, ...(description === undefined ? {} : { description }) }),
};

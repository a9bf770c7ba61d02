import { type JsonObject, ownMember } from './json.ts';
import { MalformedError, tryReading } from './malformed.ts';
import { readObject, readString } from './read-json.ts';

/** Says that what should be a ruleset is none at all: nothing of it can be evaluated. */
export class RulesetError extends Error {
  constructor(problem: string) {
    super(`Cannot compile the ruleset: ${problem}`);
    this.name = 'RulesetError';
  }
}

/** The root of a ruleset; its entries are not judged yet. */
export interface ReadRuleset {
  readonly environment: string;
  readonly version: number;
  readonly flags: JsonObject;
  readonly audiences: JsonObject;
  readonly attributes: JsonObject;
}

/** Reads the root of a ruleset. Throws RulesetError when it is none. */
export function readRuleset(json: unknown): ReadRuleset {
  const reading = tryReading(() => {
    const root = readObject(json, '');
    if (ownMember(root, 'schema') !== 1) throw new MalformedError('schema', '1');
    const version = ownMember(root, 'version');
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 0)
      throw new MalformedError('version', 'a whole number of 0 or more');
    return {
      environment: readString(ownMember(root, 'environment'), 'environment'),
      version,
      flags: readObject(ownMember(root, 'flags'), 'flags'),
      audiences: readObject(ownMember(root, 'audiences'), 'audiences'),
      attributes: readObject(ownMember(root, 'attributes'), 'attributes'),
    };
  });
  if ('problem' in reading) throw new RulesetError(reading.problem);
  return reading.value;
}

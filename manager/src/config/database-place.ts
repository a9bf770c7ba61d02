import { isAbsolute, resolve } from 'node:path';
import { absentWhenEmpty, isWholeAddress, sharedSettings } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import { readDatabaseUrl } from '../platform/database/index.ts';

/** Where what is kept lies. */
export interface DatabasePlace {
  /** Where everything that is kept on disk lies; absolute. */
  readonly dataDir: string;
  /** Absent: an embedded server below `dataDir`. */
  readonly databaseUrl: string | undefined;
}

/** The variables that it is written in; `databasePlaceIn` reads them. */
export const databaseSettings = z.object({
  FAUNA_DATA_DIR: sharedSettings.dataDir,
  DATABASE_URL: absentWhenEmpty(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, {
        abort: true,
        error: 'must be a connection string that begins with postgres://',
      })
      .refine(
        isDatabaseUrl,
        'must be an address like postgres://user:password@host:5432/database; encode #, /, ?, @ and % in the password',
      )
      .optional(),
  ),
});

/** The place that settings name; `directory` is what a relative path in them begins at. */
export function databasePlaceIn(values: z.output<typeof databaseSettings>, directory: string): DatabasePlace {
  const folder = values.FAUNA_DATA_DIR;
  return {
    dataDir: isAbsolute(folder) ? folder : resolve(directory, folder),
    databaseUrl: values.DATABASE_URL,
  };
}

/** Judged here, because whatever trips over it later would print it, password and all. */
function isDatabaseUrl(text: string): boolean {
  const url = readDatabaseUrl(text);
  return url !== undefined && isWholeAddress(url);
}

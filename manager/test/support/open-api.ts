import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument } from '../../src/features/openapi/index.ts';

/** One operation as the document describes it. */
export interface DocumentedOperation {
  readonly method: string;
  /** With `{project}` for what is filled in. */
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read a document that a validator has found valid.
  readonly is: any;
}

/** Every operation of a document. */
export function documentedOperations(document: OpenApiDocument): readonly DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, is]) => ({ method: method.toUpperCase(), path, is })),
  );
}

/** Follows the reference that something may be instead of itself. */
// biome-ignore lint/suspicious/noExplicitAny: the same.
export function dereference(document: OpenApiDocument, value: any): any {
  return typeof value?.$ref === 'string' ? at(document, value.$ref) : value;
}

/** What a pointer into the document points at; `undefined` where it points at nothing. */
export function at(document: OpenApiDocument, pointer: string): unknown {
  return pointer
    .replace(/^#\//, '')
    .split('/')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      document,
    );
}

/** Judges values by the schemas of a document, in JSON Schema 2020-12 as OpenAPI 3.1 has it. */
export class DocumentSchemas {
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'fauna:openapi', ...document });
  }

  /** Why a value does not fit the schema that a pointer into the document names; `undefined` where it fits. */
  wrong(pointer: string, value: unknown): string | undefined {
    let fits = this.#compiled.get(pointer);
    if (fits === undefined) {
      fits = this.#ajv.compile({ $ref: `fauna:openapi${pointer}` });
      this.#compiled.set(pointer, fits);
    }
    return fits(value) ? undefined : textOf(fits.errors ?? []);
  }
}

/** A pointer into a document, put together of its parts. */
export function pointerTo(...parts: readonly (string | number)[]): string {
  return `#${parts
    .map((part) => `/${encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')}`;
}

function textOf(errors: readonly ErrorObject[]): string {
  return errors
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('; ');
}

import type { Permission, ProblemCode } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiEnv } from './authenticate.ts';
import type { Parameter, Parameters, ReadParameters } from './parameters.ts';
import type { Actor } from './principal.ts';
import type { IfMatch } from './revision.ts';

/*
 * What the API can be asked for, each endpoint described once, beside the code that answers it. From the description come
 * the route, the question for rights, the reading of what a request brings, and the OpenAPI document: none of them can say
 * anything else than the others.
 */

/** The methods of operations. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may ask. A permission is asked for in the project that the path names, or else in the installation. `somebody`: any
 * token or session. `session`: a person who has signed in, for what is theirs alone. `anyone`: whoever comes.
 */
export type Needs = Permission | 'somebody' | 'session' | 'anyone';

/** The names of a path's parameters: `/projects/:project/flags/:flag` has `project` and `flag`. */
type PathNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What an operation is about, who asks for it, and on which conditions. */
export type Scope<Path extends string = string> = { readonly [Name in PathNames<Path>]: string } & {
  readonly actor: Actor;
  /** `If-Match`: the revision that the sender has seen. */
  readonly ifMatch: IfMatch;
  /** `X-Confirm`, for environments that want their changes confirmed. */
  readonly confirm: string | undefined;
};

/** A request that has come through: its sender may ask, and everything that it brings has been read. */
export interface Ask<Path extends string, Body, Query> {
  readonly c: Context<ApiEnv>;
  readonly scope: Scope<Path>;
  readonly body: Body;
  readonly query: Query;
}

/** What describes an operation, but for its method and path. */
export interface Description<Body extends z.ZodType | undefined, Query extends Parameters> {
  /** Unique, in camel case: `createFlag`. Clients are generated with it. */
  readonly id: string;
  /** One line that goes on after "Cannot": `create a flag`. */
  readonly summary: string;
  /** What there is to know beyond that. */
  readonly description?: string;
  readonly needs: Needs;
  /** What query parameters it takes. */
  readonly query?: Query;
  readonly body?: Body;
  /** Whether what the body says is stored, or only looked at. */
  readonly isKept?: boolean;
  /** Whether the environments that it touches may want it confirmed. */
  readonly isConfirmed?: boolean;
  /** Whether `If-Match` must say which revision is meant; PUT, PATCH and DELETE want it unless this says no. */
  readonly isConditional?: boolean;
  /** The status of success; 200 when absent, 204 when there is no `answer`. 302: a browser is sent on. */
  readonly status?: 200 | 201 | 202 | 302;
  /** What success is answered with; absent when with nothing. */
  readonly answer?: z.ZodType;
  /** Where success can be answered with something other than JSON: its media types; `answer` is what JSON among them holds. */
  readonly media?: readonly string[];
  /** What can go wrong beyond what can go wrong with every request of its sort. */
  readonly problems?: readonly ProblemCode[];
}

/** One endpoint of the API. */
export interface Operation {
  readonly method: Method;
  /** As Hono writes it: `/projects/:project/flags`. */
  readonly path: string;
  readonly description: Description<z.ZodType | undefined, Parameters>;
  /** Answers a request that has come through: with a response, a resource, or nothing. */
  readonly handle: (ask: Ask<string, unknown, unknown>) => unknown;
}

type BodyOf<Body extends z.ZodType | undefined> = Body extends z.ZodType ? z.output<Body> : undefined;

function operation(method: Method) {
  return <
    const Path extends string,
    Body extends z.ZodType | undefined = undefined,
    Query extends Parameters = Record<never, Parameter<unknown>>,
  >(
    path: Path,
    description: Description<Body, Query>,
    handle: (ask: Ask<Path, BodyOf<Body>, ReadParameters<Query>>) => unknown,
  ): Operation => ({
    method,
    path,
    description,
    // What is handed to it is read by this very description, so that it is of the types that the description says.
    handle: handle as unknown as Operation['handle'],
  });
}

/** Describes what reads. */
export const get = operation('GET');
/** Describes what makes or does something; it can carry an `Idempotency-Key`. */
export const post = operation('POST');
/** Describes what replaces something. */
export const put = operation('PUT');
/** Describes what changes parts of something. */
export const patch = operation('PATCH');
/** Describes what takes something away. */
export const remove = operation('DELETE');

/** The parameters of an operation's path, in their order. */
export function pathNames({ path }: Pick<Operation, 'path'>): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
}

/** Whether a request must say which revision of the resource it means. */
export function isConditional({ method, description }: Operation): boolean {
  return description.isConditional ?? (method === 'PUT' || method === 'PATCH' || method === 'DELETE');
}

/** The status of success. */
export function successStatus({ description }: Operation): 200 | 201 | 202 | 204 | 302 {
  return (
    description.status ?? (description.answer === undefined && description.media === undefined ? 204 : 200)
  );
}

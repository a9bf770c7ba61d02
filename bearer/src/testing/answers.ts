import {
  type ClientAnswer,
  clientAnswerSchema,
  ofrepFailureSchema,
  type ProblemBody,
  problemBodySchema,
} from '@fauna-flags/protocol';

/** The problem document of an answer, proven to be one. */
export async function problemOf(response: Response): Promise<ProblemBody> {
  return problemBodySchema.parse(await response.json());
}

/** What `POST /connect/client` answered, proven to be that and nothing more. */
export async function clientAnswerOf(response: Response): Promise<ClientAnswer> {
  return clientAnswerSchema.parse(await response.json());
}

/** The body with which OFREP says that one flag could not be evaluated. */
export async function ofrepFailureOf(
  response: Response,
): Promise<ReturnType<typeof ofrepFailureSchema.parse>> {
  return ofrepFailureSchema.parse(await response.json());
}

/** The value of one flag in a client's answer; undefined when it has none. */
export async function valueIn(response: Response, flag: string): Promise<unknown> {
  const answer = (await clientAnswerOf(response)).flags[flag];
  return answer !== undefined && 'value' in answer ? answer.value : undefined;
}

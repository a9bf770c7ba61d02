import { reasonOf } from '../../platform/reason-of.ts';

/** The store did not do what it was asked; its message is the store's reason. */
export class StoreFailure extends Error {
  /** The documents that it did not take, as far as they are news. */
  readonly documentIds: readonly string[];

  constructor(cause: unknown, documentIds: readonly string[] = []) {
    super(reasonOf(cause), { cause });
    this.documentIds = documentIds;
  }
}

/** Asks the store; whatever it rejects with is a failure of the store from here on. */
export async function askStore<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw new StoreFailure(error);
  }
}

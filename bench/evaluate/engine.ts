import type { ReferenceSet } from './reference-set.ts';

/** What one call gives for one user: the results as objects, or the text that would go to a client. */
export type ProductName = 'objects' | 'serialised';

/** The products, in the order in which they are measured and reported. */
export const productNames: readonly ProductName[] = ['objects', 'serialised'];

/** One way to evaluate every flag for one user. */
export interface Product {
  /** Evaluates all flags for the user at this place of the set. A promise when the engine is asynchronous. */
  readonly run: (userIndex: number) => unknown;
  /** Reads what `run` gave: whether each flag is on. Only for checking, never timed. */
  readonly read: (result: unknown) => ReadonlyMap<string, boolean>;
}

/** An evaluator that was given a reference set. Contexts are in its own shape before anything is timed. */
export interface Engine {
  readonly products: Readonly<Record<ProductName, Product>>;
  /** True when `run` gives promises. */
  readonly asynchronous: boolean;
}

/** Loads a package from the cache folder that holds the peers; each engine says which part of it it uses. */
export type PeerLoader = NodeJS.Require;

/** Makes an engine of a set. */
type EngineFactory = (set: ReferenceSet, peer: PeerLoader) => Engine | Promise<Engine>;

/** An engine and how a report speaks of it. */
export interface EngineDescription {
  readonly title: string;
  /** What the products consist of, so that a reader can judge how alike they are. */
  readonly measured: string;
  /** How long it takes until it gets no cheaper, when that is longer than others take. */
  readonly warmUpMs?: number;
  readonly create: EngineFactory;
}

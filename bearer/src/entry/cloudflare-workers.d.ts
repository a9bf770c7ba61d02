/** What is used of the module that workerd brings along. */
declare module 'cloudflare:workers' {
  import type { DurableStorage } from '../durable-object/durable-storage.ts';

  /** What a Durable Object is given of itself. */
  interface DurableObjectState {
    readonly id: { readonly name?: string };
    readonly storage: DurableStorage;
  }

  abstract class DurableObject<Env> {
    protected readonly ctx: DurableObjectState;
    protected readonly env: Env;
    constructor(ctx: DurableObjectState, env: Env);
  }
}

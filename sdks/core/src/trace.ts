import type { CompiledPrerequisite, CompiledRule } from './flag.ts';
import type { Outcome } from './outcome.ts';
import type { CompiledServe } from './serve.ts';

/** One decision on the way to a flag's answer, as the evaluator made it; `explain` turns these into words. */
export type TraceStep =
  | { readonly step: 'malformed'; readonly problem: string }
  | { readonly step: 'off'; readonly held: boolean }
  | {
      readonly step: 'prerequisite';
      readonly prerequisite: CompiledPrerequisite;
      readonly outcome: Outcome | undefined;
      readonly held: boolean;
    }
  | { readonly step: 'target'; readonly held: boolean }
  | { readonly step: 'rule'; readonly rule: CompiledRule; readonly held: boolean }
  | { readonly step: 'default'; readonly serve: CompiledServe };

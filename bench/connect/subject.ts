import type { ReferenceSet, ReferenceSetName, ReferenceUser } from '../evaluate/reference-set.ts';

/** What is measured on a set: ours, a floor, or a peer. */
export type SubjectName = 'fauna' | 'hello' | 'hello-serve' | 'unleash-proxy' | 'unleash-server';

/** One request, as it goes over the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that runs, and how it is asked for every flag of one user. */
export interface Subject {
  readonly port: number;
  readonly pid: number;
  readonly requestFor: (user: ReferenceUser) => WireRequest;
  /** Which flags an answer turns on; absent for floors, which evaluate nothing. */
  readonly read?: (body: unknown) => ReadonlyMap<string, boolean>;
  stop(): Promise<void>;
}

/** What a subject is started with. */
export interface SubjectStart {
  readonly set: ReferenceSet;
  /** Command words before the server, see `pinning()`. */
  readonly pin: readonly string[];
  /** The Node that every server runs on. */
  readonly node: string;
  /** The folder that the peers are installed in. */
  readonly peersFolder: string;
}

/** Which subjects stand beside each other on which set. */
export const lineup: readonly {
  readonly set: ReferenceSetName;
  readonly subjects: readonly SubjectName[];
}[] = [
  {
    set: 'rules-100',
    subjects: ['fauna', 'hello', 'hello-serve', 'unleash-proxy', 'unleash-server'],
  },
  { set: 'rules-350', subjects: ['fauna', 'unleash-proxy'] },
];

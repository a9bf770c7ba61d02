import type { ReferenceSetName } from '../evaluate/reference-set.ts';
import type { SubjectName } from './subject.ts';

/** One subject's turn in one round. */
export interface Sample {
  readonly round: number;
  readonly set: ReferenceSetName;
  readonly subject: SubjectName;
  /** CPU time of the server process for one request, user and system. */
  readonly cpuUs: number;
  readonly requestsPerSecond: number;
  /** Of one answer, headers included. */
  readonly bytes: number;
}

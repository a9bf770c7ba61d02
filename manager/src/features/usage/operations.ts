import { usageReportSchema } from '@fauna-flags/protocol';
import { get, momentParameter, type Operation, required, textParameter } from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { readUsage } from './read-usage.ts';

/** `/projects/{p}/flags/{f}/usage`: how often each variation was served. */
export function usageOperations(deps: Pick<WriteDeps, 'database' | 'now'>): readonly Operation[] {
  return [
    get(
      '/projects/:project/flags/:flag/usage',
      {
        id: 'getUsage',
        summary: 'tell how often each variation of a flag was served in an environment, by the hour',
        description:
          'Hours in which nobody asked are left out. What SDKs with client keys tell is a claim: whoever has the key can make it.',
        needs: 'usage.read',
        query: {
          environment: required(textParameter('The key of the environment.')),
          from: momentParameter(
            'The beginning, down to the whole hour; absent: a week before `to`. At most 92 days before `to`.',
          ),
          to: momentParameter('The end, up to the whole hour; absent: now.'),
        },
        answer: usageReportSchema,
      },
      ({ scope, query }) => readUsage(deps, scope, query),
    ),
  ];
}

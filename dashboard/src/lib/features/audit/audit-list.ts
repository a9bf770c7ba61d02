import type { AuditEntry, Page } from '@fauna-flags/protocol';
import { infiniteQueryOptions } from '@tanstack/svelte-query';
import { api, path, queryKeys } from '$lib/api/index.ts';
import { type AuditFilter, filterParameters } from './audit-filter.ts';

/** A project's audit trail, the newest first, page by page. */
export function auditQuery(project: string, filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: [...queryKeys.audit(project), 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<AuditEntry>>(path`/projects/${project}/audit`, {
        query: { ...filterParameters(filter), cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor,
  });
}

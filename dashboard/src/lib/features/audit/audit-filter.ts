/** Which entries a page of the audit trail shows; it lives in the page's address, so that it can be sent to somebody. */
export interface AuditFilter {
  /** `kind:key`, or either of them. */
  readonly entity: string;
  readonly actor: string;
  readonly environment: string;
  /** Days, in the viewer's own time zone. */
  readonly since: string;
  readonly until: string;
}

const names = ['entity', 'actor', 'environment', 'since', 'until'] as const satisfies (keyof AuditFilter)[];

/** Reads the filter out of an address; what is not a day is no bound. */
export function filterOf(parameters: URLSearchParams): AuditFilter {
  const text = (name: keyof AuditFilter) => parameters.get(name)?.trim() ?? '';
  const day = (name: keyof AuditFilter) => (isDay(text(name)) ? text(name) : '');
  return {
    entity: text('entity'),
    actor: text('actor'),
    environment: text('environment'),
    since: day('since'),
    until: day('until'),
  };
}

/** The query of an address that shows this filter; empty for one that shows everything. */
export function filterQuery(filter: AuditFilter): string {
  const given = names.flatMap((name) => (filter[name] === '' ? [] : [[name, filter[name]]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** What the API is asked with: days become their first and last moments where the viewer is. */
export function filterParameters(filter: AuditFilter): Readonly<Record<string, string | undefined>> {
  const { entity, actor, environment, since, until } = filter;
  return {
    entity: entity || undefined,
    actor: actor || undefined,
    environment: environment || undefined,
    since: since === '' ? undefined : new Date(`${since}T00:00:00.000`).toISOString(),
    until: until === '' ? undefined : new Date(`${until}T23:59:59.999`).toISOString(),
  };
}

/** Whether a filter hides anything. */
export function isFiltering(filter: AuditFilter): boolean {
  return names.some((name) => filter[name] !== '');
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(new Date(`${text}T00:00:00`).getTime());
}

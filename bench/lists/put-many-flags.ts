import pg from 'pg';

/** How many there are: as many as a project may have, the half of them archived, as many as an environment may hold. */
export const flagCount = 10_000;
/** How many environments, each with a configuration of every flag. */
export const environmentCount = 5;

/**
 * Puts flags into the project `default` past the API, which would compile each environment for each of them. Every tenth
 * is served to an audience, every tenth by three rules and to two hundred keys, every tenth to a share; the others to everyone.
 */
export async function putManyFlags(databaseUrl: string): Promise<void> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    await database.query(flags, [flagCount]);
    await database.query(configurations);
    await database.query('VACUUM ANALYZE flags');
    await database.query('VACUUM ANALYZE flag_configurations');
  } finally {
    await database.end();
  }
}

const flags = `
  INSERT INTO flags (id, project_id, key, name, description, search_text, kind, salt, variations, client_visible, tags, owner, lifetime, archived_at, created_at, updated_at)
  SELECT gen_random_uuid(), p.id, 'flag-' || n, 'Flag number ' || n, repeat('What this flag is for, in some words. ', 5),
    'flag-' || n || E'\\nflag number ' || n || E'\\nteam-' || n % 20, 'boolean', md5(n::text),
    '[{"key":"on","value":true,"name":"On"},{"key":"off","value":false,"name":"Off"}]', true,
    json_build_array('team-' || n % 20), 'team-' || n % 20, 'temporary', CASE WHEN n % 2 = 0 THEN now() END, now(), now()
  FROM projects p, generate_series(1, $1::int) n WHERE p.key = 'default'`;

const configurations = `
  INSERT INTO flag_configurations (flag_id, environment_id, enabled, off_variation, prerequisites, targets, rules, default_serve, updated_at)
  SELECT f.id, e.id, true, 'off', '[]',
    CASE WHEN f.key LIKE '%1' THEN json_build_array(json_build_object('variation', 'on', 'keys',
      (SELECT json_agg('user-' || f.key || '-' || k) FROM generate_series(1, 200) k)))::text::json ELSE '[]' END,
    CASE
      WHEN f.key LIKE '%1' THEN (SELECT json_agg(json_build_object('id', 'r' || r, 'match', json_build_object('combine', 'all',
        'conditions', json_build_array(json_build_object('attribute', 'key', 'operator', 'in', 'values', json_build_array('a', 'b', 'c')))),
        'serve', json_build_object('variation', 'on'))) FROM generate_series(1, 3) r)
      WHEN f.key LIKE '%2' THEN '[{"id":"r","match":{"combine":"any","conditions":[{"audiences":["beta"]}]},"serve":{"variation":"on"}}]'
      ELSE '[]'
    END,
    CASE WHEN f.key LIKE '%3' THEN '{"rollout":{"weights":[{"variation":"on","weight":25000},{"variation":"off","weight":75000}]}}'::json
      ELSE '{"variation":"on"}' END, now()
  FROM flags f JOIN environments e ON e.project_id = f.project_id`;

import type pg from 'pg';

/**
 * The role that the application works as: it can write the audit trail but neither change it nor take anything of it away,
 * whatever statement of Fauna's own goes wrong. The connection's own account owns the tables and migrates them.
 */
export const appRole = 'fauna_app';

/**
 * Whether the account may work as the role, in SQL. From Postgres 16 on whoever makes a role is its member, and may give it to
 * anybody, but may not become it before having given it to itself.
 */
export const mayWorkAs = `(CASE WHEN current_setting('server_version_num')::int >= 160000
  THEN pg_has_role('${appRole}', 'SET') ELSE pg_has_role('${appRole}', 'MEMBER') END)`;

/**
 * Gives the application's role what it needs in this database, after migrations. False where the account may not make
 * roles, as with some providers: the application then works with the rights of its account, and only the triggers protect
 * the audit trail.
 */
export async function grantAppRole(client: Pick<pg.Client, 'query'>): Promise<boolean> {
  try {
    await client.query(`
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${appRole}') THEN
          CREATE ROLE ${appRole} NOLOGIN;
        END IF;
      -- Another database of the same server may be in the middle of the same.
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END $$;
      DO $$ BEGIN
        IF NOT ${mayWorkAs} THEN
          EXECUTE format('GRANT ${appRole} TO %I', CURRENT_USER);
        END IF;
      END $$;
      DO $$ BEGIN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${appRole}', current_schema());
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO ${appRole}', current_schema());
        EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO ${appRole}', current_schema());
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM ${appRole};
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_chains FROM ${appRole};
      END $$;
    `);
    await client.query(`SET ROLE ${appRole}`);
    await client.query('RESET ROLE');
    return true;
  } catch (error) {
    if (isNotAllowed(error)) return false;
    throw error;
  }
}

/** Makes every connection of a pool from here on work as the application's role: one that cannot is handed to nobody. */
export function workAsAppRole(pool: pg.Pool): void {
  pool.options.verify = (client, done) => {
    client.query(`SET ROLE ${appRole}`).then(() => done(), done);
  };
}

/** `insufficient_privilege`. */
function isNotAllowed(error: unknown): boolean {
  return (error as { code?: string }).code === '42501';
}

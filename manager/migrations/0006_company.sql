CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"name" text NOT NULL,
	"search_text" text NOT NULL,
	"project_id" uuid,
	"rank" text NOT NULL,
	"digest" text NOT NULL,
	"last4" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"role" text NOT NULL,
	"email" text,
	"digest" text NOT NULL,
	"invited_by" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "memberships_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "two_factors" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"sealed_secret" "bytea" NOT NULL,
	"confirmed_at" timestamp (3) with time zone,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"recovery_digests" json NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_chains" (
	"chain" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "is_owner" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "address" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "token" text;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "hash" "bytea" DEFAULT '\x'::bytea NOT NULL;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "two_factors" ADD CONSTRAINT "two_factors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_digest" ON "api_tokens" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "api_tokens_user" ON "api_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "api_tokens_project" ON "api_tokens" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_digest" ON "invitations" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "invitations_project" ON "invitations" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "invitations_email" ON "invitations" USING btree ("email");--> statement-breakpoint
CREATE INDEX "memberships_user" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "audit_entries_entity" ON "audit_entries" USING btree ("project_id","entity_kind","entity_key","id");--> statement-breakpoint
-- Whoever could sign in until now was an owner in all but name, let in by whoever runs Fauna.
UPDATE "users" SET "is_owner" = true, "email_verified" = true;--> statement-breakpoint
-- What the hash of an entry covers, beside the hash before it. A client can rebuild this text exactly: each value as
-- JSON, between ", ", in "[" and "]"; the two documents as the texts that they are stored as.
CREATE FUNCTION "audit_text"("entry" "audit_entries") RETURNS text LANGUAGE sql STABLE AS $$
  SELECT json_build_array(
    entry.id, entry.seq, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), entry.project_id,
    entry.environment, entry.actor, entry.address, entry.token, entry.action, entry.entity_kind, entry.entity_key,
    entry.before::text, entry.after::text
  )::text
$$;--> statement-breakpoint
-- Gives every new entry its place in the chain of its project. The end of a chain is held until the commit, so that the
-- order of a chain is the order of commits, without a gap. It runs with the rights of whoever owns the tables: the
-- application itself may not touch the ends of chains.
CREATE FUNCTION "audit_chain"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  which uuid := coalesce(NEW.project_id, '00000000-0000-0000-0000-000000000000');
  last audit_chains%ROWTYPE;
BEGIN
  SELECT * INTO last FROM audit_chains WHERE chain = which FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit_chains (chain, seq, hash) VALUES (which, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO last FROM audit_chains WHERE chain = which FOR UPDATE;
  END IF;
  NEW.id := nextval(pg_get_serial_sequence('audit_entries', 'id'));
  NEW.seq := last.seq + 1;
  NEW.hash := sha256(last.hash || convert_to(audit_text(NEW), 'UTF8'));
  UPDATE audit_chains SET seq = NEW.seq, hash = NEW.hash WHERE chain = which;
  RETURN NEW;
END $$;--> statement-breakpoint
-- It must find these tables and no others: what a caller makes, such as temporary ones, comes last.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION audit_chain() SET search_path = pg_catalog, %I, pg_temp', current_schema());
END $$;--> statement-breakpoint
-- What was written before there were chains begins them.
DO $$
DECLARE
  entry audit_entries%ROWTYPE;
  which uuid;
  before audit_chains%ROWTYPE;
BEGIN
  FOR entry IN SELECT * FROM audit_entries ORDER BY project_id NULLS FIRST, id LOOP
    which := coalesce(entry.project_id, '00000000-0000-0000-0000-000000000000');
    IF before.chain IS DISTINCT FROM which THEN
      -- Each end is written once: a row that is written again and again gets slower with every time.
      IF before.chain IS NOT NULL THEN
        INSERT INTO audit_chains (chain, seq, hash) VALUES (before.chain, before.seq, before.hash);
      END IF;
      before := ROW(which, 0, '\x'::bytea);
    END IF;
    entry.seq := before.seq + 1;
    entry.hash := sha256(before.hash || convert_to(audit_text(entry), 'UTF8'));
    UPDATE audit_entries SET seq = entry.seq, hash = entry.hash WHERE id = entry.id;
    before.seq := entry.seq;
    before.hash := entry.hash;
  END LOOP;
  IF before.chain IS NOT NULL THEN
    INSERT INTO audit_chains (chain, seq, hash) VALUES (before.chain, before.seq, before.hash);
  END IF;
END $$;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_entries_chain" ON "audit_entries" USING btree ("project_id","seq");--> statement-breakpoint
CREATE TRIGGER "audit_chain" BEFORE INSERT ON "audit_entries" FOR EACH ROW EXECUTE FUNCTION "audit_chain"();--> statement-breakpoint
CREATE FUNCTION "audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit trail cannot be changed: entries are only added';
END $$;--> statement-breakpoint
CREATE TRIGGER "audit_refuse" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries" FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();

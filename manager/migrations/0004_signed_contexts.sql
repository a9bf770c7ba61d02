CREATE TABLE "context_secrets" (
	"environment_id" uuid NOT NULL,
	"kid" text NOT NULL,
	"secret" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "context_secrets_environment_id_kid_pk" PRIMARY KEY("environment_id","kid")
);
--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "signed_contexts" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "unsigned_attributes" json DEFAULT '[]'::json NOT NULL;--> statement-breakpoint
ALTER TABLE "context_secrets" ADD CONSTRAINT "context_secrets_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;
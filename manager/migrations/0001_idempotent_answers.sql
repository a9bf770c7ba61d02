CREATE TABLE "idempotent_answers" (
	"digest" text PRIMARY KEY NOT NULL,
	"request" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "idempotent_answers_at" ON "idempotent_answers" USING btree ("at");
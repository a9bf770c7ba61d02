ALTER TABLE "two_factors" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "two_factors" ADD COLUMN "tried_at" timestamp (3) with time zone;
CREATE TABLE "sdk_key_uses" (
	"key_id" uuid PRIMARY KEY NOT NULL,
	"last_used_at" timestamp (3) with time zone NOT NULL,
	"requests" bigint NOT NULL,
	"browser_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"environment_id" uuid NOT NULL,
	"flag_id" uuid NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"variation" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "usage_hours_flag_id_environment_id_hour_variation_pk" PRIMARY KEY("flag_id","environment_id","hour","variation")
);
--> statement-breakpoint
CREATE TABLE "usage_records" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "usage_hours_hour" ON "usage_hours" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "usage_records_at" ON "usage_records" USING btree ("at");
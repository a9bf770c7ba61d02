CREATE TABLE "bearer_heartbeats" (
	"bearer_id" text PRIMARY KEY NOT NULL,
	"heartbeat" json NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL
);

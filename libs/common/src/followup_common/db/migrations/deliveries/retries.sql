-- What was given up can be tried again, and is found without reading what was sent.
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS retried_at TIMESTAMP WITH TIME ZONE;
GRANT UPDATE (state, next_at, ended_at, retried_at) ON deliveries TO followup_api;

"""All of Followup in one process: an embedded PostgreSQL, delivery without a broker, the clock, the API."""

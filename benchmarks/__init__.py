"""How fast Followup is, measured against what PostgreSQL itself can take, in one run."""

"""Sweeps overdue follow-ups, computes their levels, and emits escalations."""

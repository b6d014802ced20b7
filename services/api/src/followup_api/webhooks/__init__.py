"""Webhooks: programs of others that hear what happens."""

"""A dumb clock: publishes sweep and outbox ticks, and keeps no state."""

"""Turns escalations into in-app notifications and activities."""

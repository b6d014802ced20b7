"""Sends what leaves the house: notifications by e-mail."""

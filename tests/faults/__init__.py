"""The fault suite: real services under faults at random moments, compared with an independent model.

`python -m tests.faults --help`, or `make faults`. docs/reliability.md says what is injected and how the
suite judges.
"""

"""Follow-ups in people's calendar programs, which read them under a secret address."""

"""Lists of follow-ups that people keep under a name, for themselves or for everybody."""

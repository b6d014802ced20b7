"""What tests work on: real servers, real processes, and waiting with a deadline."""

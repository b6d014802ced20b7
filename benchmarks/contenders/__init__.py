"""What runs in turn on the same data: each brings every due follow-up to its notifications."""

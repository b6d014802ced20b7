"""What holds for everybody: the calendar of those who have none."""

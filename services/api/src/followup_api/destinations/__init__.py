"""Where people are told outside the house: their addresses, by any channel."""

"""What people do with the buttons of messages in Slack."""

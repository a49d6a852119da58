"""When a person takes over, and who owns a conversation then."""

"""What a message says in the light of those before it: used by `followups`."""

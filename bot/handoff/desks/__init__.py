"""Help desks: one file a desk, one protocol."""

"""Articles: read from any source, brought into one form, cut into passages. Knows nothing of vectors or of the bot."""

"""Texts to vectors and terms, ids to scores. Knows nothing of articles or of the bot."""

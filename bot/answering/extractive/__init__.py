"""What can be quoted of an article, and which of it answers: used by `composing`."""

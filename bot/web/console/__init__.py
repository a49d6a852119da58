"""The console: where agents see who waits, read a conversation with how the bot came to its answers, and take over."""

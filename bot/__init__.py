"""The chatbot. This module imports nothing, so that `from bot.models import Hit` stays light."""

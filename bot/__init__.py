"""The chatbot. This module imports nothing heavy, so that `from bot.models import Hit` stays light."""

import gc

# A start makes some 190,000 objects that all stay: to look through them for garbage at every 700 takes a seventh of it.
gc.set_threshold(50_000, 20, 20)

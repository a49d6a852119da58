"""Every setting, as data: name with its unit, type, default and one line of help.

`installation`, `sites`, `answering`, `handoff` and `sign_in` hold the settings by what they are about, `values` the
types of their values, `settings` puts them together. `environment` is the only reader and writer of the environment.
"""

from bot.settings.environment import SettingRow, describe, load_settings, prepare_process, unknown_variables
from bot.settings.settings import PREFIX, Settings
from bot.settings.values import DatabaseUrl, Secrets, SecretUrl

__all__ = [
    "PREFIX",
    "DatabaseUrl",
    "SecretUrl",
    "Secrets",
    "SettingRow",
    "Settings",
    "describe",
    "load_settings",
    "prepare_process",
    "unknown_variables",
]

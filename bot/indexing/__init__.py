"""From sources to the index that serves: `plan` says what changes, `build` makes it, `active` follows it."""

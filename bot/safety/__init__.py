"""Secrets are masked before anything else happens to a message: `redaction` is the door.

Behind it: `seed_phrases` (on `wordlists`, `order_marks`, `glued_words`, `speech`), `private_keys` (on `base58`,
`clauses`), `api_keys`, `labelled`, `codes` and `cards`; `folding` undoes disguises, `findings` says what was found.
"""

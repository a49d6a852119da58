"""From a question to a cited answer: `retrieval`, `confidence`, `sections`, `composing`, `citations`."""

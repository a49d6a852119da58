"""Scripts that run other retrieval libraries, each in an environment of its own, and what those environments hold."""

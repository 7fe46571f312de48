"""The one memory: append with an expected version, load, tail; and the work queue beside it."""

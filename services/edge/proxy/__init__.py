"""Apps in sandboxes, each on an origin of its own."""

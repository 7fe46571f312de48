"""What the edge answers, by subject."""

"""Sentences by their grammar: words with their part of speech, phrases, clauses, and what clauses say of things."""

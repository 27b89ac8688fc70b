"""KEEP: what came in and what became of it."""

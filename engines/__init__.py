"""LOAD and ASK: articles into an index, queries into pages of hits."""

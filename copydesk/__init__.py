"""TOUCH: what a person runs."""

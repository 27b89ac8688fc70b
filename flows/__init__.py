"""DRIVE: the steps in plain Python, and the thin Prefect flows around them."""

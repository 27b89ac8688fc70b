"""Speed in numbers. `python -m bench` runs everything in one run and prints ratios and rates."""

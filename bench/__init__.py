"""Benchmarks: ratios inside one run, ours against a floor written by hand. `python -m bench --help`."""

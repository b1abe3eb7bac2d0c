"""Benchmarks: each module measures one thing beside a baseline and answers figures; `python -m bench` runs them all."""

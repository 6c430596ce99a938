"""Benchmarks: `python -m tests.benchmarks` measures, beside a yardstick each, and keeps a table of it in results.md."""

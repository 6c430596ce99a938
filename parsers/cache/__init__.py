"""Rows that memory does not hold: in Arrow's own files, which are mapped where they are looked at."""

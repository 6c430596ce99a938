"""Logs in Parquet: those that this program wrote, and those of anybody else."""

from parsers.zeek.parquet.reader import read, recognises

__all__ = ["read", "recognises"]

"""Packed files (gzip, bzip2, xz, zstd, LZ4) as the bytes that are packed in them, piece by piece.

A packer is one line in `registry.py`, with a file of its own where the library behind it needs more words.
"""

from parsers.packing.registry import MAGIC_BYTES, recognise
from parsers.packing.unpacking import DamagedError, beginning, unpacked

__all__ = ["MAGIC_BYTES", "DamagedError", "beginning", "recognise", "unpacked"]

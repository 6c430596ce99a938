"""One fact about a file type."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Magic:
    """Files of `type` begin with what the RE2 `pattern` matches; the highest `strength` wins."""

    type: str
    strength: int
    pattern: bytes


def starts(mime_type: str, strength: int, *literals: bytes, at: int = 0) -> Magic:
    """Files of this type have one of these byte strings at the place `at`."""
    skip = b".{%d}" % at if at else b""
    return Magic(mime_type, strength, skip + b"(?:" + b"|".join(map(re.escape, literals)) + b")")


def fits(mime_type: str, strength: int, *patterns: bytes) -> Magic:
    """Files of this type begin with what one of these patterns matches."""
    return Magic(mime_type, strength, b"(?:" + b"|".join(patterns) + b")")

"""A file's type by its first bytes: the strongest of the facts that fit, of equals the first by name."""

from functools import cache
from typing import Any, Final

import re2

from parsers.files.magic import FACTS
from parsers.limits import MIME_BYTES, MIME_MEMORY

_RANKED: Final = sorted(FACTS, key=lambda fact: (-fact.strength, fact.type))


@cache
def _patterns() -> Any:
    """All patterns as one automaton, compiled when the first file comes; time is linear in the bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    options.never_capture = True
    options.log_errors = False
    options.max_mem = MIME_MEMORY
    compiled = re2.Set.MatchSet(options)
    for fact in _RANKED:
        compiled.Add(fact.pattern)
    compiled.Compile()
    return compiled


def detect(start: bytes) -> str | None:
    """The MIME type of a file that begins with these bytes; None for an unknown one."""
    found = _patterns().Match(start[:MIME_BYTES])
    return _RANKED[min(found)].type if found else None

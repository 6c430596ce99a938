"""Work that is given up because nobody waits for it any more."""

from collections.abc import Callable
from typing import TypeAlias

# Whether the work is no longer wanted; asked now and then while it goes on.
Cancelled: TypeAlias = Callable[[], bool]


class CalledOffError(Exception):
    """Nobody waits for the answer any more."""


def never() -> bool:
    """Work that is wanted to the end."""
    return False

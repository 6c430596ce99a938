"""The kinds of notices, one line each: the log whose rows raise them, and how."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import pyarrow as pa

from parsers.protocols import weird
from parsers.protocols.notice import activity
from parsers.protocols.notice.notice import Notice

# Given rows of a log, in the order of time or not, the notices that they raise.
Raise: TypeAlias = Callable[[pa.Table], Iterable[Notice]]

KINDS: tuple[tuple[str, Raise], ...] = ((weird.RECORD.name, activity.raised),)


def raised(log: str, table: pa.Table) -> list[Notice]:
    """The notices that rows of a log raise, of all kinds."""
    return [notice for of, notices in KINDS if of == log for notice in notices(table)]

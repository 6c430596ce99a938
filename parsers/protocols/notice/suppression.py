"""Which notices are written: the same one not again too soon.

Source: Zeek, scripts/base/frameworks/notice/main.zeek (is_being_suppressed).
"""

from collections.abc import Iterable
from operator import attrgetter

from parsers.protocols.expiry import Expiry
from parsers.protocols.notice.notice import Notice
from parsers.schema import Row


def logged(notices: Iterable[Notice], expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes, in the order of time; `expiry` is that of the capture's clock."""
    forgotten: dict[tuple[str, str], int | None] = {}
    written = []
    for notice in sorted(notices, key=attrgetter("ts")):
        if notice.identifier is not None and notice.suppress_for:
            key = notice.note, notice.identifier
            if key in forgotten and ((until := forgotten[key]) is None or notice.ts < until):
                continue
            forgotten[key] = expiry.after(notice.ts, notice.suppress_for)
        written.append(notice.row())
    return written

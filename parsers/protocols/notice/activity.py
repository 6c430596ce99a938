"""Weird::Activity: of some things that are weird, a notice is raised too.

Source: Zeek, scripts/base/frameworks/notice/weird.zeek (do_weird).
"""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from parsers.protocols import weird
from parsers.protocols.notice.notice import Notice

NOTE: Final = "Weird::Activity"
# The transport protocol, by the analyser that saw it.
_TRANSPORTS: Final = {"TCP": "tcp", "UDP": "udp", "ICMP": "icmp"}


def raised(table: pa.Table) -> Iterator[Notice]:
    """The notices of rows of weird.log; nothing holds one back, for weird.log tells each once a day."""
    names = weird.RECORD.names
    for row in weird.RECORD.rows(table.filter(table["notice"])):
        cells = dict(zip(names, row, strict=True))
        ts, uid, *ends = row[: names.index("name")]
        yield Notice(
            ts,
            NOTE,
            cells["name"],
            sub=cells["addl"],
            uid=uid,
            ends=None if ends[0] is None else (ends[0], ends[1], ends[2], ends[3]),
            proto=_TRANSPORTS.get(cells["source"]),
        )

"""DHCP's rows, from the messages of all connections: those of one transaction make one, while they come in time.

Source: Zeek, scripts/base/protocols/dhcp/main.zeek (join_data, aggregate_msgs).
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final

from parsers.limits import DHCP_CONNECTIONS, DHCP_MESSAGES, DHCP_QUIET, DHCP_TIMEOUT, DHCP_WATCHED
from parsers.protocols.dhcp.record import MESSAGES, RECORD, TOLD
from parsers.protocols.expiry import Expiry
from parsers.schema import Row

_HEAD: Final = len(MESSAGES.fields) - len(TOLD)


class _Transaction:
    """What is known of one."""

    def __init__(self, ts: int) -> None:
        self.first = self.last = ts
        self.uids: dict[str, None] = {}
        self.msg_types: list[str] = []
        self.cells: dict[str, Any] = {}
        self.chaddr: str | None = None

    @property
    def is_full(self) -> bool:
        return len(self.uids) >= DHCP_CONNECTIONS or len(self.msg_types) >= DHCP_MESSAGES

    def add(self, message: Row) -> None:
        ts, uid, _, msg_type, is_client, chaddr, *told = message
        self.last = ts
        self.uids[uid] = None
        self.msg_types.append(msg_type)
        cells = self.cells
        cells.update((name, cell) for name, cell in zip(TOLD, told, strict=True) if cell is not None)
        if is_client:
            self.chaddr = self.chaddr if chaddr is None else chaddr
            return
        if chaddr:
            cells.setdefault("mac", chaddr)
        if "assigned_addr" in cells:
            cells.setdefault("client_addr", cells["assigned_addr"])

    def ends(self, expiry: Expiry) -> int | None:
        """When it is over if nothing more comes; None when the capture ends before."""
        now = expiry.after(self.first, DHCP_TIMEOUT)
        while now is not None and now - self.last <= DHCP_QUIET and now - self.first <= DHCP_WATCHED:
            now = expiry.after(now - DHCP_TIMEOUT + DHCP_QUIET, DHCP_TIMEOUT)
        return now

    def row(self, mac: str | None = None) -> Row:
        """Its row, with this hardware address if none is known."""
        cells = {"mac": mac} | self.cells
        told = {"ts": self.first, "uids": [*self.uids], "msg_types": self.msg_types, "duration": self.last - self.first}
        return tuple((cells | told).get(name) for name in RECORD.names)


def joined(messages: Iterable[Row], expiry: Expiry) -> list[Row]:
    """The rows of dhcp.log that these messages make; `expiry` is that of the capture's clock."""
    rows: list[Row] = []
    open_now: dict[int, _Transaction] = {}
    for message in sorted(messages, key=itemgetter(0)):
        ts, _, xid, *_ = message
        transaction = open_now.get(xid)
        if transaction is not None:
            end = transaction.ends(expiry)
            if end is not None and end <= ts:
                rows.append(transaction.row(transaction.chaddr))
                transaction = None
        if transaction is None:
            transaction = open_now[xid] = _Transaction(ts)
        transaction.add(message)
        if transaction.is_full:
            # Zeek writes this one as it is.
            rows.append(open_now.pop(xid).row())
    rows += (transaction.row(transaction.chaddr) for transaction in open_now.values())
    return sorted(rows, key=itemgetter(0))

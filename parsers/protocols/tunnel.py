"""tunnel.log: when a tunnel was found, and when it was over. Source: Zeek, base/frameworks/tunnels/main.zeek."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final

from parsers.limits import TUNNEL_TIMEOUT
from parsers.protocols.expiry import Expiry
from parsers.schema import CONNECTION, Field, Record, Row, ranked

RECORD = Record(
    "tunnel",
    "A tunnel through which packets of other connections travel.",
    "#b7a3e0",
    (
        *ranked(CONNECTION, {"id.orig_p": 3, "id.resp_h": 4, "id.resp_p": 5}),
        Field("tunnel_type", "enum", "How the packets are wrapped: IP in IP, GRE, Teredo, VXLAN, a web proxy, …", 6),
        Field(
            "action",
            "enum",
            "DISCOVER: a first connection inside; CLOSE: the connection around it has ended; EXPIRE: nothing new came "
            "through it for an hour.",
            7,
        ),
    ),
)
_DISCOVER, _CLOSE, _EXPIRE = "Tunnel::DISCOVER", "Tunnel::CLOSE", "Tunnel::EXPIRE"
_SECOND: Final = 1_000_000_000
# What is left of TUNNEL_TIMEOUT, as Zeek counts it in whole seconds, when it is sure that a tunnel has not expired.
_ALIVE: Final = TUNNEL_TIMEOUT - 2 * _SECOND


def used(ts: int, tunnel: Row) -> Row:
    """The row that says that a connection began to use a tunnel: its uid, its four ends, its type."""
    return ts, *tunnel, _DISCOVER


def thinned(uses: Iterable[Row]) -> list[Row]:
    """Of these rows those that matter: a tunnel's first, its last, and between them as many as keep it alive."""
    kept: list[Row] = []
    alive_until: dict[Row, int] = {}
    waiting: dict[Row, Row] = {}
    for row in sorted(uses, key=_order):
        key = row[1:]
        if key in waiting and row[0] >= alive_until[key]:
            last = waiting.pop(key)
            kept.append(last)
            alive_until[key] = last[0] + _ALIVE
        if row[0] < alive_until.get(key, row[0]):
            waiting[key] = row
        else:
            kept.append(row)
            alive_until[key] = row[0] + _ALIVE
    return [*kept, *waiting.values()]


def activity(uses: Iterable[Row], closed: Mapping[str, int | None], expiry: Expiry) -> list[Row]:
    """What Zeek writes of tunnels that were used so, in the order of time.

    `closed` says when the connections that carry tunnels ended, None for those that the capture's end ended; `expiry`
    is that of the capture's clock.
    """
    rows: list[Row] = []
    active: dict[Row, tuple[Row, int]] = {}
    for row in sorted(uses, key=_order):
        key = row[2:7]
        if key in active:
            end = _end(*active[key], closed, expiry)
            if end is not None and end[0] <= row[0]:
                rows.append(_ended(active.pop(key)[0], end))
        if key not in active:
            rows.append(row)
        active[key] = active.get(key, (row, 0))[0], row[0]
    for row, last in active.values():
        end = _end(row, last, closed, expiry)
        if end is None and row[1] in closed:
            end = int(expiry.clock[-1]), _CLOSE
        if end is not None:
            rows.append(_ended(row, end))
    return sorted(rows, key=itemgetter(0))


def _order(row: Row) -> tuple[int, str]:
    """In time; at the same time, always the same."""
    return row[0], row[1] or ""


def _ended(row: Row, end: tuple[int, str]) -> Row:
    return end[0], *row[1:7], end[1]


def _end(row: Row, last: int, closed: Mapping[str, int | None], expiry: Expiry) -> tuple[int, str] | None:
    """When and how a tunnel that was last used at `last` ends before the capture does."""
    expired = expiry.after(last, TUNNEL_TIMEOUT)
    over = closed.get(row[1])
    if expired is not None and (over is None or expired <= over):
        return expired, _EXPIRE
    return None if over is None else (over, _CLOSE)

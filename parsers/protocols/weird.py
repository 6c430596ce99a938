"""weird.log: what a protocol forbids or nobody does.

Whatever is weird is told each time that it is met; `logged` says which of these rows Zeek writes.
Source: Zeek, scripts/base/frameworks/notice/weird.zeek, src/Reporter.cc, src/WeirdState.cc.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from parsers.limits import WEIRD_QUIET, WEIRD_SAMPLING, WEIRD_THRESHOLD, WEIRD_TOLD
from parsers.protocols.analyzer import Connection
from parsers.protocols.expiry import Expiry
from parsers.schema import CONNECTION, Field, Record, Row, ranked

PEER: Final = "zeek"

RECORD: Record = Record(
    "weird",
    "Something that a protocol forbids, or that nobody does: a fault, an attack, or a capture with holes.",
    "#d9c36a",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("name", "string", "What it is, by the name that Zeek gives it.", 4, repeats=True),
        Field("addl", "string", "More about it: what was found, or where.", 5),
        Field("notice", "bool", "Whether a notice was made of it too."),
        Field("peer", "string", "Which process of Zeek's saw it.", repeats=True),
        Field("source", "string", "The analyser that saw it.", 6, repeats=True),
    ),
)
_NAME: Final = RECORD.names.index("name")
_NOTICE: Final = RECORD.names.index("notice")

# What Zeek does not write at all: ordinary in captures that begin or end in the middle of things.
_IGNORED: Final = frozenset(("unsolicited_SYN_response", "FIN_after_reset", "spontaneous_FIN", "spontaneous_RST"))
# What it writes once for each originator, and makes a notice of.
_NOTICED: Final = frozenset(("FIN_storm", "successful_RPC_reply_to_invalid_request", "SYN_after_partial"))
# What it writes once for each originator, a notice or not, and once for each connection.
_ONCE_PER_ORIGINATOR: Final = _NOTICED | frozenset(
    {
        "bad_ICMP_checksum",
        "bad_RPC",
        "bad_TCP_checksum",
        "bad_UDP_checksum",
        "connection_originator_SYN_ack",
        "DNS_label_forward_compress_offset",
        "DNS_label_len_gt_name_len",
        "DNS_label_len_gt_pkt",
        "DNS_label_too_long",
        "excess_RPC",
        "originator_RPC_reply",
        "partial_RPC",
        "responder_RPC_call",
        "SYN_with_data",
        "UDP_datagram_length_mismatch",
        "excessively_small_fragment",
        "fragment_inconsistency",
        "fragment_overlap",
        "fragment_size_inconsistency",
        "bad_IP_checksum",
        "SSH_max_packet_length_exceeded",
        "SSH_max_string_length_exceeded",
    }
)
_ONCE_PER_CONNECTION: Final = frozenset(
    {
        "FTP_max_command_length_exceeded",
        "FTP_too_many_pending_commands",
        "FTP_user_too_long",
        "FTP_reply_msg_too_long",
        "FTP_arg_too_long",
        "FTP_password_too_long",
        "simultaneous_open",
        "smtp_mail_transaction_invalid",
        "smtp_excessive_invalid_mail_transactions",
        "smb_tree_connect_andx_response_without_tree",
    }
)


def of_connection(ts: int, connection: Connection, name: str, addl: str, source: str) -> Row:
    """The row of something weird on a connection, found at `ts`."""
    return ts, *connection.head, name, addl or None, False, PEER, source or None


def of_flow(ts: int, source: str, target: str, name: str, addl: str, analyzer: str) -> Row:
    """The row of something weird in a packet from one address to another, which has no place in a connection."""
    return ts, None, source, 0, target, 0, name, addl or None, False, PEER, analyzer or None


def of_net(ts: int, name: str, addl: str, analyzer: str) -> Row:
    """The row of something weird that has no addresses."""
    return ts, None, None, None, None, None, name, addl or None, False, PEER, analyzer or None


def of_file(ts: int, fuid: str, name: str, addl: str, analyzer: str) -> Row:
    """The row of something weird in a file."""
    return of_net(ts, name, f"{fuid}: {addl}" if addl else fuid, analyzer)


class Sampling:
    """What is left of the things that are weird on one connection, or in one file, where they come in masses."""

    def __init__(self) -> None:
        # How often each came, and since when only samples of it count.
        self._seen: dict[str, tuple[int, int]] = {}

    def permits(self, name: str, ts: int) -> bool:
        """Whether this one counts."""
        count, since = self._seen.get(name, (0, 0))
        count += 1
        if count == WEIRD_THRESHOLD + 1:
            since = ts
        elif count > WEIRD_THRESHOLD and ts > since + WEIRD_QUIET:
            count = 1
        self._seen[name] = count, since
        return is_sampled(count)


def is_sampled(count: int) -> bool:
    """Whether the one of this number, from 1 on, counts."""
    return count <= WEIRD_THRESHOLD or (count - WEIRD_THRESHOLD) % WEIRD_SAMPLING == 0


def thinned(rows: Iterable[Row]) -> list[Row]:
    """Of what a shard has told, without what is written in no case."""
    kept: list[Row] = []
    last: dict[Row, int] = {}
    for row in sorted(rows, key=itemgetter(0)):
        key = _key(row)
        if row[_NAME] not in _IGNORED and (key not in last or row[0] - last[key] >= WEIRD_QUIET):
            kept.append(row)
            last[key] = row[0]
    return kept


def logged(rows: Iterable[Row], expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes, in the order of time; `expiry` is that of the capture's clock."""
    written: list[Row] = []
    quiet: dict[Row, int] = {}
    told: dict[Row, int] = {}
    for row in sorted(rows, key=itemgetter(0)):
        name, key = row[_NAME], _key(row)
        if name in _IGNORED or _holds(quiet, key, row[0], expiry, WEIRD_QUIET):
            continue
        once = _once(row, key)
        if once is not None:
            if _holds(told, once, row[0], expiry, WEIRD_TOLD):
                continue
            told[once] = row[0]
        quiet[key] = row[0]
        written.append((*row[:_NOTICE], True, *row[_NOTICE + 1 :]) if name in _NOTICED else row)
    return written


def _holds(table: dict[Row, int], key: Row, now: int, expiry: Expiry, timeout: int) -> bool:
    """Whether an entry is in one of Zeek's tables and not forgotten yet."""
    since = table.get(key)
    return since is not None and expiry.holds(since, timeout, now)


def _key(row: Row) -> Row:
    """What two rows agree in that tell the same: its name and whose it is, where that is anyone's."""
    _, uid, *ends = row[:_NAME]
    return row[_NAME], uid is None, *ends


def _once(row: Row, key: Row) -> Row | None:
    """Of what is written once only, what that goes by."""
    name, source = row[_NAME], row[2]
    if name in _ONCE_PER_CONNECTION or (name in _ONCE_PER_ORIGINATOR and source is None):
        return key
    return (name, source) if name in _ONCE_PER_ORIGINATOR else None

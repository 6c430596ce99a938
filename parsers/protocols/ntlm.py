"""NTLM: who logs on at which server, as the three messages of a challenge and its response say (MS-NLMP 2.2.1).

Other protocols carry them, bare or inside GSSAPI, each as one delivery; a connection has one row.
Source: Zeek, src/analyzer/protocol/ntlm/{NTLM.cc,ntlm-protocol.pac,ntlm-analyzer.pac},
scripts/base/protocols/ntlm/main.zeek.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from parsers import escape
from parsers.protocols import utf16
from parsers.protocols.analyzer import Context, Data, End, Gap, Protocol
from parsers.protocols.binpac import BinpacError, invalid_case
from parsers.protocols.grammar import Reading
from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "ntlm",
    "A log-on with a Windows user's name and password, by challenge and response.",
    "#c9a7e8",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("username", "string", "The user who logs on.", 4),
        Field("hostname", "string", "The computer that the user sits at, as it calls itself.", 5),
        Field("domainname", "string", "The domain that the user belongs to.", 6),
        Field("server_nb_computer_name", "string", "The server's short name, of NetBIOS.", 7),
        Field("server_dns_computer_name", "string", "The server's full name, of DNS."),
        Field("server_tree_name", "string", "The forest of domains that the server belongs to."),
        Field("success", "bool", "T when the log-on was accepted, F when not; unset where that was not seen.", 8),
    ),
)

SIGNATURE: Final = b"NTLMSSP"
_NEGOTIATE, _CHALLENGE, _AUTHENTICATE = 1, 2, 3

_OEM_DOMAIN: Final = 0x1000
_OEM_WORKSTATION: Final = 0x2000
_REQUEST_TARGET: Final = 0x4
_TARGET_INFO: Final = 0x0080_0000
_VERSION: Final = 0x0200_0000
_VERSION_BYTES: Final = 8

# Pairs about the server: what has text, what has numbers of its own size instead of the given length.
_END_OF_PAIRS: Final = 0
_NB_COMPUTER_NAME, _DNS_COMPUTER_NAME, _DNS_TREE_NAME = 1, 3, 5
_TEXTS: Final = frozenset((1, 2, 3, 4, 5, 9))
_FLAGS, _TIMESTAMP, _SINGLE_HOST, _CHANNEL_BINDINGS = 6, 7, 8, 10
_NUMBERS: Final = {_FLAGS: "<I", _TIMESTAMP: "<Q", _CHANNEL_BINDINGS: "<H"}

_ACCEPTED: Final = 0
_INCOMPLETE: Final = 1

# Length, a place to grow, offset from the start of the message.
_STRING: Final = "HHI"


@dataclass(slots=True)
class Session:
    """What the log-ons of one connection have said until now; `done` when its row is written."""

    ts: int
    username: str | None = None
    hostname: str | None = None
    domainname: str | None = None
    server_nb_computer_name: str | None = None
    server_dns_computer_name: str | None = None
    server_tree_name: str | None = None
    success: bool | None = None
    done: bool = False

    def write(self, context: Context, ts: int) -> None:  # noqa: ARG002
        """The row, unless it is written already."""
        if not self.done:
            self.done = True
            row = (
                self.ts,
                *context.connection.head,
                self.username,
                self.hostname,
                self.domainname,
                self.server_nb_computer_name,
                self.server_dns_computer_name,
                self.server_tree_name,
                self.success,
            )
            context.rows.add(RECORD, row)


def session(context: Context) -> Session | None:
    """The connection's log-on, if one has begun."""
    found = context.shared.get("ntlm")
    return found if isinstance(found, Session) else None


def conclude(context: Context, state: int, ts: int) -> None:
    """GSSAPI says how a negotiation stands (RFC 4178, 4.2.2): it may be the log-on's."""
    found = session(context)
    if found is not None:
        if state != _INCOMPLETE:
            found.success = state == _ACCEPTED
        if found.success is not None:
            found.write(context, ts)


class NtlmAnalyzer:
    """One message a delivery."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ts = 0

    def deliver(self, data: Data) -> None:
        self._ts = data.times[-1]
        try:
            self._read(Reading(data.data))
        except BinpacError:
            # Zeek goes on with such a connection and says nothing (DPD::ignore_violations).
            return
        self._context.confirm("ntlm", self._ts)

    def gap(self, gap: Gap) -> None:
        """Messages come whole or not at all."""

    def end(self, end: End) -> None:
        """Messages have no end of their own."""

    def finish(self, ts: int) -> None:
        """The row waits for the connection's end: others may carry more of the log-on."""

    def _read(self, message: Reading) -> None:
        message.octets("NTLM_SSP_Token:signature", 8)
        (kind,) = message.numbers("NTLM_SSP_Token:msg_type", "<I")
        if kind == _NEGOTIATE:
            self._read_negotiate(message)
        elif kind == _CHALLENGE:
            self._read_challenge(message)
        elif kind == _AUTHENTICATE:
            self._read_authenticate(message)

    def _read_negotiate(self, message: Reading) -> None:
        flags, *fields = message.numbers("NTLM_Negotiate:workstation_fields", "<I" + 2 * _STRING)
        domain, workstation = fields[:3], fields[3:]
        _check_version(message, flags, domain, workstation)
        if flags & _OEM_DOMAIN:
            _string(message, domain)
        if flags & _OEM_WORKSTATION:
            _string(message, workstation)
        self._session()

    def _read_challenge(self, message: Reading) -> None:
        fields = message.numbers("NTLM_Challenge:target_info_fields", "<" + _STRING + "I8s8s" + _STRING)
        name, flags, info = fields[:3], fields[3], fields[6:]
        _check_version(message, flags, name, info)
        if flags & _REQUEST_TARGET:
            self._text(_string(message, name))
        pairs = self._read_pairs(message, info[2]) if flags & _TARGET_INFO else {}
        found = self._session()
        found.server_nb_computer_name = pairs.get(_NB_COMPUTER_NAME, found.server_nb_computer_name)
        found.server_dns_computer_name = pairs.get(_DNS_COMPUTER_NAME, found.server_dns_computer_name)
        found.server_tree_name = pairs.get(_DNS_TREE_NAME, found.server_tree_name)

    def _read_authenticate(self, message: Reading) -> None:
        fields = message.numbers("NTLM_Authenticate:flags", "<" + 6 * _STRING + "I")
        _, response, domain, user, workstation, key = (fields[i : i + 3] for i in range(0, 18, 3))
        _check_version(message, fields[18], domain, user, workstation, key)
        texts = [_string(message, named) if named[0] else None for named in (response, domain, user, workstation, key)]
        _, domain_name, user_name, workstation_name, _ = texts
        found = self._session()
        if domain_name is not None:
            found.domainname = self._text(domain_name)
        if workstation_name is not None:
            found.hostname = self._text(workstation_name)
        if user_name is not None:
            found.username = self._text(user_name)

    def _read_pairs(self, message: Reading, offset: int) -> dict[int, str]:
        """What a server says of itself, pair by pair, up to the last one or the end of the message."""
        pairs = Reading(message.data, message.place, message.end)
        pairs.pad_to("NTLM_AV_Pair_Sequence:pad1", (offset - message.place) & 0xFFFF)
        found: dict[int, str] = {}
        while pairs.left > 0:
            kind, length = pairs.numbers("NTLM_AV_Pair:length", "<HH")
            if kind == _END_OF_PAIRS:
                break
            if kind in _TEXTS:
                found[kind] = self._text(pairs.octets("NTLM_AV_Pair", length))
            elif kind in _NUMBERS:
                pairs.numbers("NTLM_AV_Pair", _NUMBERS[kind])
            elif kind == _SINGLE_HOST:
                *_, data_present = pairs.numbers("NTLM_Single_Host:data_present", "<I4sI")
                pairs.octets("NTLM_Single_Host:machine_id", 8 if data_present & 1 else 4)
            else:
                raise invalid_case("NTLM_AV_Pair", kind)
        return found

    def _text(self, raw: bytes) -> str:
        decoded = utf16.to_utf8(raw)
        if decoded is None:
            self._context.weird("utf16_conversion_failed", self._ts, "utf16 conversion failed in utf16_to_utf8_val", "")
            decoded = raw
        return escape.text(decoded)

    def _session(self) -> Session:
        found = session(self._context)
        if found is None:
            found = self._context.shared["ntlm"] = Session(self._ts)
            self._context.at_removal(partial(found.write, self._context))
        return found


def _check_version(message: Reading, flags: int, *fields: tuple[int, ...] | list[int]) -> None:
    """A version stands before the strings, if it is announced and there is room for it."""
    if flags & _VERSION and message.place < min(offset for _, _, offset in fields) and message.left < _VERSION_BYTES:
        raise BinpacError("NTLM_Version")


def _string(message: Reading, fields: tuple[int, ...] | list[int]) -> bytes:
    """A string that stands behind the fixed fields."""
    length, _, offset = fields
    part = message.inner()
    part.pad_to("NTLM_String:pad1", (offset - message.place) & 0xFFFF_FFFF)
    return part.octets("NTLM_String:string", length)


NTLM = Protocol("ntlm", (RECORD,), NtlmAnalyzer, stays=True)

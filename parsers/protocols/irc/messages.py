"""One line of IRC (RFC 2812), taken apart as Zeek does it.

Source: Zeek, src/analyzer/protocol/irc/IRC.cc.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from parsers.limits import IRC_LINE_BYTES

_NUMERIC: Final = re.compile(rb"[0-9]{3} ")
_DIGITS: Final = re.compile(rb"(-?)([0-9]+)")
_CLIENT_COMMANDS: Final = frozenset(
    b"ADMIN AWAY CNOTICE CPRIVMSG CONNECT DIE ENCAP ERROR INFO INVITE ISON JOIN KICK KILL KNOCK LINKS LIST "
    b"LUSERS MODE MOTD NAMES NICK NOTICE OPER PART PASS PING PONG PRIVMSG QUIT REHASH RULES SERVER SERVICE "
    b"SERVLIST SETNAME SILENCE SQUERY SQUIT STATS SUMMON TIME TOPIC TRACE USER USERHOST USERS VERSION WALLOPS "
    b"WHO WHOIS WHOWAS STARTTLS".split()
)
_SHORTEST: Final = 3
_PORTS: Final = 1 << 16


class LineError(Exception):
    """A line that is none of IRC's: Zeek's word for it in weird.log, and the one in analyzer.log where there is one."""

    def __init__(self, weird: str, reason: str | None = None, addl: str = "") -> None:
        super().__init__(weird)
        self.weird = weird
        self.reason = reason
        self.addl = addl


@dataclass(frozen=True, slots=True)
class Line:
    """A line: who is said to send it, a server's reply code or a command, the rest."""

    prefix: bytes
    code: int
    command: bytes
    parameters: bytes

    @property
    def is_of_a_client(self) -> bool:
        return self.command in _CLIENT_COMMANDS

    @property
    def words(self) -> list[bytes]:
        return words(self.parameters)


def words(text: bytes, mark: bytes = b" ") -> list[bytes]:
    """The words in a text."""
    return [word for word in text.split(mark) if word]


def parse(line: bytes) -> Line | None:
    """A line taken apart; None for one that holds nothing but tags. Raises LineError."""
    if len(line) > IRC_LINE_BYTES:
        raise LineError("irc_line_size_exceeded")
    rest = line.lstrip(b" ")
    if len(rest) < _SHORTEST:
        raise LineError("irc_line_too_short")
    if rest.startswith(b"@"):
        _, blank, rest = rest.partition(b" ")
        if not blank:
            return None
    prefix = b""
    if rest.startswith(b":"):
        prefix, blank, rest = rest[1:].partition(b" ")
        if not blank:
            raise LineError("irc_invalid_line")
        rest = rest.lstrip(b" ")
    if len(rest) < _SHORTEST:
        raise LineError("irc_invalid_line", "line too short")
    if rest[:1].isdigit():
        if not _NUMERIC.match(rest):
            raise LineError("irc_invalid_reply_number", "invalid reply number")
        return Line(prefix, int(rest[:3]), b"", rest[4:])
    command, _, parameters = rest.partition(b" ")
    return Line(prefix, 0, command.upper(), parameters.lstrip(b" "))


@dataclass(frozen=True, slots=True)
class Dcc:
    """What one client tells another of a connection between them."""

    kind: bytes
    argument: bytes
    address: str
    port: int
    size: int


def dcc(parameters: bytes) -> Dcc | None:
    """What a PRIVMSG says of such a connection; None for any other. Raises LineError."""
    _, blank, message = parameters.partition(b" ")
    if not blank:
        raise LineError("irc_invalid_privmsg_message_format")
    message = message.lstrip(b" ").removeprefix(b":").removeprefix(b"\1")
    if len(message) <= 3 or not message.startswith(b"DCC"):
        return None
    parts = words(message.removesuffix(b"\1"))
    if not 5 <= len(parts) <= 6 and not (len(parts) == 7 and parts[6] == b"T"):
        raise LineError("irc_invalid_dcc_message_format")
    host, port = _number(parts[3]), _number(parts[4])
    if host is None:
        raise LineError("irc_invalid_dcc_host")
    if port is None or port >= _PORTS:
        raise LineError("irc_invalid_dcc_port", addl=str(_signed(port or 0)))
    size = _number(parts[5]) if len(parts) > 5 else 0
    return Dcc(parts[1], parts[2], str(IPv4Address(host)), port, size or 0)


def _number(text: bytes) -> int | None:
    """The number that a text begins with, in 32 bits."""
    found = _DIGITS.match(text)
    if found is None:
        return None
    number = int(found[2][-20:])
    return (-number if found[1] else number) % (1 << 32)


def _signed(number: int) -> int:
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)

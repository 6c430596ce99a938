"""How the protocols of a connection are found."""

from collections.abc import Iterable
from typing import Any

from parsers.protocols.analyzer import Context, Protocol
from parsers.protocols.roster import Roster
from tests.parsers.protocols.feeding import connection


def _nothing(context: Context) -> Any:
    return context


def _never(orig: bytes, resp: bytes) -> bool:
    return orig == resp == b"never"


WEB = Protocol("web", (), _nothing, tcp_ports=frozenset({80, 81}), recognise=_never)
NAMES = Protocol("names", (), _nothing, tcp_ports=frozenset({53}), udp_ports=frozenset({53}))
CALLS = Protocol("calls", (), _nothing, frozenset({80}), recognise=_never, transports=frozenset({"tcp", "udp"}))
ROSTER = Roster([WEB, NAMES, CALLS])


def _names(found: Iterable[Protocol]) -> list[str]:
    return [protocol.name for protocol in found]


def test_by_port() -> None:
    ends = [("tcp", 53), ("tcp", 80), ("udp", 53), ("udp", 80)]
    found = [_names(ROSTER.at_port(connection(*end))) for end in ends]
    assert found == [["names"], ["web", "calls"], ["names"], []]


def test_by_name() -> None:
    assert ROSTER.named("names") is NAMES
    assert ROSTER.named("none") is None
    assert _names(ROSTER.of_names(["calls", "web", "none"])) == ["web", "calls"]
    assert not ROSTER.of_names([])


def test_by_what_can_be_recognised() -> None:
    found = [_names(protocol for protocol, _ in ROSTER.candidates(proto)) for proto in ("tcp", "udp", "icmp")]
    assert found == [["web", "calls"], ["calls"], []]

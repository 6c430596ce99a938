"""How the protocols of a connection are found."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols import registry
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
    mail = Protocol("mail", (), _nothing, recognise=_never, openings=b"2")
    chat = Protocol("chat", (), _nothing, recognise=_never, mutual=True)
    roster = Roster([WEB, NAMES, mail, chat, CALLS])

    def found(proto: str, orig: bytes, resp: bytes) -> list[str]:
        candidates = roster.candidates(proto)
        assert candidates is not None
        return _names(protocol for protocol, _ in candidates.after(orig, resp))

    assert found("tcp", b"1", b"") == found("tcp", b"", b"12") == found("tcp", b"", b"") == ["web", "calls"]
    assert found("tcp", b"2", b"") == found("tcp", b"", b"21") == ["web", "mail", "calls"]
    assert found("tcp", b"1", b"2") == found("tcp", b"2", b"2") == ["web", "mail", "chat", "calls"]
    assert found("tcp", b"1", b"1") == ["web", "chat", "calls"]
    assert found("udp", b"2", b"") == ["calls"]
    assert roster.candidates("icmp") is None


@pytest.mark.parametrize(
    "protocol", [each for each in registry.protocols() if each.openings], ids=lambda each: each.name
)
@given(st.lists(st.binary(max_size=40), min_size=2, max_size=2))
@settings(max_examples=25)
def test_nothing_is_recognised_that_does_not_open_as_it_should(protocol: Protocol, said: list[bytes]) -> None:
    assert protocol.recognise is not None
    others = bytes(set(range(256)).difference(protocol.openings or b""))
    # What would be recognised but for its first byte, too: it is the rest of what was drawn.
    orig, resp = (each and bytes([others[each[0] % len(others)]]) + each for each in said)
    assert not protocol.recognise(orig, resp)


@pytest.mark.parametrize("protocol", [each for each in registry.protocols() if each.mutual], ids=lambda each: each.name)
@given(
    st.sampled_from([b"", b"RFB ", b"SSH-2.0", b"220 FTP", b"USER a", b"\x05\x01\0", b"0\x0c\x02\x01\0`"]), st.binary()
)
@settings(max_examples=25)
def test_nothing_is_recognised_by_one_side_that_takes_both(protocol: Protocol, start: bytes, rest: bytes) -> None:
    assert protocol.recognise is not None
    assert not protocol.recognise(start + rest, b"")
    assert not protocol.recognise(b"", start + rest)

"""What analysers of TCP add to a connection's history, and roles that turn round while it lasts."""

from struct import pack
from typing import Any

import pytest

from tests.parsers.capture.dialogue import P, analysed, opened, track

DNS = (40000, 53)


def framed(flags: int, size: int = 12) -> bytes:
    """A DNS message of one question at most, behind its length."""
    message = pack(">6H", 7, flags, 0, 0, 0, 0).ljust(size, b"\0")
    return pack(">H", len(message)) + message


QUERY, REPLY, STATUS = framed(0x0100), framed(0x8180), framed(2 << 11)
SIZE = len(QUERY)


def exchange(first: bytes, second: bytes) -> list[P]:
    """A handshake, one message of each side, and the end in order."""
    return [
        *opened(ports=DNS),
        P(">PA", 1, 1, first, ports=DNS),
        P("<PA", 1, 1 + SIZE, second, ports=DNS),
        P(">FA", 1 + SIZE, 1 + SIZE, ports=DNS),
        P("<FA", 1 + SIZE, 2 + SIZE, ports=DNS),
        P(">A", 2 + SIZE, 2 + SIZE, ports=DNS),
    ]


@pytest.mark.parametrize(
    ("first", "second", "history"),
    [
        pytest.param(QUERY, REPLY, "ShADdFf", id="as it should be"),
        pytest.param(STATUS, REPLY, "ShADXdFf", id="an operation that is not looked into"),
        pytest.param(STATUS, STATUS, "ShADXdFf", id="once for both sides"),
        pytest.param(QUERY, STATUS, "ShADdXFf", id="the answer"),
        # Data of the originator was seen before, whoever that is now; an ACK of the responder was not.
        pytest.param(REPLY, QUERY, "ShAD^fFa", id="a reply comes first"),
    ],
)
def test_history(first: bytes, second: bytes, history: str) -> None:
    assert analysed(exchange(first, second))["history"] == history


def test_everything_turns_round() -> None:
    found = analysed([*exchange(REPLY, QUERY)[:-2]])
    assert [found[name] for name in ("id.orig_p", "id.resp_p", "service", "conn_state")] == [53, 40000, "dns", "S3"]
    assert (found["orig_pkts"], found["resp_pkts"]) == (2, 4)
    assert (found["orig_bytes"], found["resp_bytes"]) == (SIZE, SIZE)


def test_a_cut_message_is_read_when_the_connection_closes() -> None:
    cut = STATUS[:1] + b"\xff" + STATUS[2:]
    said = [*opened(ports=DNS), P(">PA", 1, 1, cut, ports=DNS), P("<A", 1, 1 + SIZE, ports=DNS)]
    said += [P(">FA", 1 + SIZE, 1, ports=DNS), P("<FA", 1, 2 + SIZE, ports=DNS)]
    assert analysed(said)["history"] == "ShADaFXf"


def test_a_header_field_that_never_ends() -> None:
    request = b"GET / HTTP/1.1\r\nX: 1\r\n"
    line = b" " + b"x" * 900 + b"\r\n"
    said = opened()
    place = 1
    for content in (request, *[line] * 80, b"\r\n"):
        said += [P(">PA", place, 1, content), P("<A", 1, place + len(content))]
        place += len(content)
    assert analysed([*said, P(">FA", place, 1)])["history"] == "ShADaXF"


@pytest.mark.parametrize(
    ("said", "turned", "port"),
    [
        pytest.param(P(">S"), False, 80, id="as it came"),
        # Zeek takes a likely server's SYN-ACK for an answer at once.
        pytest.param(P("<SA", 0, 1), False, 80, id="turned round before analysers were chosen"),
        pytest.param(P("<SA", 0, 1, ports=(40000, 9999)), True, 40000, id="turned round after that"),
    ],
)
def test_which_port_chooses_the_analysers(said: P, turned: bool, port: int) -> None:
    ports: dict[str, Any] = {"ports": said.ports}
    (tracked,) = track([said, P(">A", 1, 1, **ports), P(">PA", 1, 1, b"x", **ports)])
    assert (tracked.connection.turned, tracked.connection.server_p) == (turned, port)

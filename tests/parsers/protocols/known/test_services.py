"""Which services become known, when, and by what names."""

import numpy as np
import pytest

from parsers.protocols.analyzer import Connection, Serving
from parsers.protocols.expiry import Expiry
from parsers.protocols.known import services
from tests.parsers.capture.dialogue import CLIENT, SECOND, SERVER, START, P, datagram, opened
from tests.parsers.protocols.known.sightings import told

FAR = "203.1.113.9"
GET, OK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
QUERY = bytes.fromhex("0007 0100 0001 0000 0000 0000") + b"\1a\0" + bytes.fromhex("0001 0001")
ANSWER = bytes.fromhex("0007 8180 0001 0000 0000 0000") + b"\1a\0" + bytes.fromhex("0001 0001")
NAMELESS = [""]
# Long after all that a test says, something else comes.
LATER = datagram(">", b"x", ports=(1, 2), hosts=(FAR, "203.1.113.10"), at=900)


def asked(**rest: object) -> list[P]:
    return [*opened(**rest), P(">PA", 1, 1, GET, **rest), P("<PA", 1, 1 + len(GET), OK, **rest)]  # type: ignore[arg-type]


def of(said: list[P]) -> list[tuple[object, ...]]:
    return told(said)["services"]


def test_a_service_is_known_when_its_protocol_is() -> None:
    assert of([*asked(), LATER]) == [(0.03, SERVER, 80, "tcp", ["HTTP"])]


def test_services_elsewhere_are_not_told_of() -> None:
    assert of(asked(hosts=(CLIENT, FAR))) == []


def test_a_name_is_told_once_for_each_port() -> None:
    said = [*asked(), *asked(ports=(40001, 80)), *asked(ports=(40002, 8080)), *asked(hosts=(CLIENT, "10.0.0.9"))]
    assert [row[1:] for row in of(said)] == [
        (SERVER, 80, "tcp", ["HTTP"]),
        (SERVER, 8080, "tcp", ["HTTP"]),
        ("10.0.0.9", 80, "tcp", ["HTTP"]),
    ]


def test_a_service_without_a_name_is_told_when_the_connection_is_forgotten() -> None:
    said = [*opened(), P("<FA", 1, 1), P(">FA", 1, 2), P("<A", 2, 2), P(">S", ports=(7, 8), at=30), LATER]
    assert of(said) == [(30, SERVER, 80, "tcp", NAMELESS)]


def test_nothing_is_waited_with_at_the_end_of_a_capture() -> None:
    assert of(opened()) == []


def test_a_name_that_comes_in_the_meantime_stands_first() -> None:
    closed = [*opened(), P("<FA", 1, 1), P(">FA", 1, 2), P("<A", 2, 2)]
    later = [
        P(part.what, part.seq, part.ack, part.data, ports=(40001, 80), at=20 + n) for n, part in enumerate(asked())
    ]
    assert of([*closed, *later, LATER]) == [
        (23, SERVER, 80, "tcp", ["HTTP"]),
        (20, SERVER, 80, "tcp", NAMELESS),
    ]


@pytest.mark.parametrize(
    "said",
    [
        [P(">S"), P("<RA", 0, 1)],
        [P(">A", 1, 1, b"x")],
        [P("<R", 1)],
        [datagram(">", b"x")],
        [datagram(">", QUERY, ports=(40000, 53))],
        [P(">", data=b"x" * 8, ports=(8, 0), proto=1), P("<", data=b"y" * 8, ports=(8, 0), proto=1)],
    ],
)
def test_who_does_not_answer_offers_nothing(said: list[P]) -> None:
    assert of([*said, LATER]) == []


def test_a_server_that_is_heard_in_the_middle_of_things() -> None:
    assert of([P("<A", 1, 1, b"x"), LATER]) == [(900, SERVER, 80, "tcp", NAMELESS)]


def test_who_is_asked_before_the_answer_serves_when_the_connection_is_forgotten() -> None:
    said = [P(">S", 0, 0, GET), P("<SA", 0, 1 + len(GET)), P(">A", 1 + len(GET), 1), LATER]
    assert of(said) == [(900, SERVER, 80, "tcp", ["HTTP"])]


def test_datagrams_are_a_service_when_they_are_answered() -> None:
    assert of([datagram(">", b"x"), datagram("<", b"y"), LATER]) == [(900, SERVER, 9999, "udp", NAMELESS)]


def test_a_question_tells_of_dns_before_it_is_known_that_anyone_serves() -> None:
    ports = 40000, 53
    said = [datagram(">", QUERY, ports=ports), datagram("<", ANSWER, ports=ports, at=1)]
    assert of(said) == [(1, SERVER, 53, "udp", ["DNS"])]
    forgotten = datagram(">", b"x", ports=(1, 2), hosts=(FAR, "203.1.113.10"), at=11)
    assert of([*said, forgotten, LATER]) == [(11, SERVER, 53, "udp", ["DNS"])]


def test_dns_over_tcp_has_to_be_answered() -> None:
    ports = 40000, 53
    query, answer = (len(said).to_bytes(2, "big") + said for said in (QUERY, ANSWER))
    said = [*opened(ports=ports), P(">PA", 1, 1, query, ports=ports)]
    assert of([*said, LATER]) == []
    said.append(P("<PA", 1, 1 + len(query), answer, ports=ports))
    assert of([*said, LATER]) == [(900, SERVER, 53, "tcp", ["DNS"])]


def test_a_service_is_told_again_after_a_day() -> None:
    day = 24 * 3600
    clock = np.arange(START, START + (day + 60) * SECOND, SECOND)

    def row(second: int, *names: str) -> tuple[object, ...]:
        return START + second * SECOND, SERVER, 80, "tcp", list(names)

    rows = [row(0, "HTTP"), row(9, "HTTP", "SSL"), row(day - 1, "SSL"), row(day + 50, "SSL"), row(day + 51, "SSL")]
    assert services.logged(rows, Expiry(clock)) == [row(0, "HTTP"), row(9, "SSL"), row(day + 50, "SSL")]


def test_a_service_without_a_name_is_written_when_the_clock_goes_on() -> None:
    day = 24 * 3600
    clock = np.array([START + second * SECOND for second in (0, day, day + 400, 2 * day + 100)])

    def row(second: int) -> tuple[object, ...]:
        return START + second * SECOND, SERVER, 80, "tcp", NAMELESS

    assert services.logged([row(0), row(day), row(day + 400)], Expiry(clock)) == [row(0), row(day + 400)]


def test_tunnels_are_services() -> None:
    connection = Connection("C", CLIENT, 40000, SERVER, 3544, "udp", START)
    connection.serving = lambda: Serving(START + SECOND, START + SECOND, True)
    connection.removal = lambda: START + 9 * SECOND

    def seen(*carried: str) -> list[tuple[object, ...]]:
        return [(row[0] - START, row[-1]) for row in services.sightings(connection, carried, None, START + 60 * SECOND)]

    assert seen("teredo") == [(SECOND, ["TEREDO"])]
    assert seen("vxlan") == [(9 * SECOND, ["VXLAN"])]
    connection.serving = lambda: Serving(None, None, False)
    assert seen("teredo") == []

"""Which hosts become known, and when."""

from tests.parsers.capture.dialogue import CLIENT, SERVER, P, datagram, opened
from tests.parsers.protocols.known.sightings import told

FAR = "203.1.113.9"


def test_both_sides_are_known_once_the_server_has_agreed() -> None:
    assert told([P(">S", at=0), P("<SA", 0, 1, at=2), P(">A", 1, 1, at=3)])["hosts"] == [(2, CLIENT), (2, SERVER)]


def test_hosts_elsewhere_are_not_told_of() -> None:
    assert told(opened(hosts=(CLIENT, FAR)))["hosts"] == [(0.01, CLIENT)]


def test_each_host_once() -> None:
    said = [*opened(), *opened(ports=(40001, 80)), *opened(hosts=(CLIENT, "10.0.0.9"))]
    assert [host for _, host in told(said)["hosts"]] == [CLIENT, SERVER, "10.0.0.9"]


def test_what_does_not_become_a_connection_shows_nobody() -> None:
    assert told([P(">S"), P("<RA", 0, 1)])["hosts"] == []
    assert told([P("<SA", 0, 1), P(">A", 1, 1)])["hosts"] == []
    assert told([P(">A", 1, 1, b"x"), P("<A", 1, 2, b"y")])["hosts"] == []
    assert told([P(">S"), P("<SAF", 0, 1)])["hosts"] == []
    assert told([datagram(">", b"x"), datagram("<", b"y")])["hosts"] == []


def test_a_host_that_speaks_with_itself_is_one() -> None:
    assert told(opened(hosts=(CLIENT, CLIENT), ports=(4, 5)))["hosts"] == [(0.01, CLIENT)]

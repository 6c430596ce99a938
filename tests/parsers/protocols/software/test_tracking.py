"""Which programs are told of, and when again."""

from collections.abc import Iterable

import numpy as np
import pytest

from parsers import escape
from parsers.limits import ROW_STRING_BYTES
from parsers.protocols.analyzer import Rows
from parsers.protocols.expiry import Expiry
from parsers.protocols.software import SIGHTINGS, folded, logged
from parsers.protocols.software.tracking import found
from parsers.schema import Row
from tests.parsers.protocols.feeding import SECOND, START

HOST, OTHER = "10.0.0.1", "10.0.0.2"
DAY = 24 * 3600


def sighting(second: int, said: str, host: str = HOST, port: int | None = None) -> Row:
    return [START + second * SECOND], host, port, "HTTP::BROWSER", said


def clock(end: int = DAY // 24) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A capture in which something comes every second."""
    return np.arange(START, START + end * SECOND, SECOND)


def told(sightings: Iterable[Row], end: int = DAY // 24) -> list[tuple[int, str, str]]:
    return [((row[0] - START) // SECOND, row[1], row[-1]) for row in logged(sightings, Expiry(clock(end)))]


def test_each_program_of_a_host_once() -> None:
    seen = [sighting(second, said) for second, said in enumerate(["b 1.0", "a 1.0", "b 1.0", "a 1.0"])]
    assert told([*seen, sighting(9, "a 1.0", OTHER)]) == [(0, HOST, "b 1.0"), (1, HOST, "a 1.0"), (9, OTHER, "a 1.0")]


def test_another_version_is_told_of_each_time() -> None:
    said = ["a 1.0", "a 2.0", "a 2.0", "a 1.0", "a 1.0", "a 1.0 x"]
    seen = [sighting(second, text) for second, text in enumerate(said)]
    assert told(seen) == [(0, HOST, "a 1.0"), (1, HOST, "a 2.0"), (3, HOST, "a 1.0"), (5, HOST, "a 1.0 x")]


def test_what_is_said_otherwise_may_be_the_same() -> None:
    seen = [sighting(1, "Mozilla/5.0 (X11) Firefox/30.0"), sighting(2, "Mozilla/5.0 (Mac) Firefox/30.0", port=80)]
    assert told(seen) == [(1, HOST, "Mozilla/5.0 (X11) Firefox/30.0")]


def test_shards_that_have_seen_the_same_host_by_turns() -> None:
    one = folded([sighting(second, "a 1.0") for second in (1, 2, 5, 6)])
    other = folded([sighting(second, "a 2.0") for second in (3, 4, 7)])
    assert [times for times, *_ in one] == [[START + second * SECOND for second in (1, 2, 5, 6)]]
    tables = [SIGHTINGS.table(some) for some in (other, one)]
    rows = [row for table in tables for row in SIGHTINGS.rows(table)]
    expected = [(1, "a 1.0"), (3, "a 2.0"), (5, "a 1.0"), (7, "a 2.0")]
    assert told(rows) == [(second, HOST, said) for second, said in expected]


def test_what_comes_at_the_same_time_keeps_its_order() -> None:
    assert told(folded(sighting(1, said) for said in ("z 1.0", "a 1.0"))) == [(1, HOST, "z 1.0"), (1, HOST, "a 1.0")]


def test_all_of_a_host_is_forgotten_after_a_day() -> None:
    times = (0, 100, DAY - 1, DAY + 50, DAY + 150)
    seen = [*(sighting(second, "a 1.0") for second in times), *(sighting(second, "b 1.0") for second in times[1:])]
    # The table is looked through every ten seconds.
    expected = [(0, "a 1.0"), (100, "b 1.0"), (DAY + 50, "a 1.0"), (DAY + 50, "b 1.0")]
    assert told(seen, 2 * DAY) == [(second, HOST, said) for second, said in expected]


def test_a_row() -> None:
    row = (START, HOST, 80, "HTTP::SERVER", "Squid", 5, 2, None, None, "\x07", "Squid/5.2\x07")
    assert logged([([START], HOST, 80, "HTTP::SERVER", "Squid/5.2\x07")], Expiry(clock())) == [row]


def test_bytes_that_are_no_text() -> None:
    rows = Rows()
    found(rows, START, HOST, None, "HTTP::BROWSER", b"\xff\\x41/1.2 \xfe")
    sightings = rows.by_record["software"][1]
    (row,) = logged(sightings, Expiry(clock()))
    assert escape.raw(row[4]) == b"\xffA"
    assert escape.raw(row[-1]) == b"\xff\\x41/1.2 \xfe"
    assert row[9] == "\\xfe"


@pytest.mark.parametrize(("host", "count"), [("10.1.2.3", 1), ("fe80::1", 1), ("9.9.9.9", 0), ("2600::1", 0)])
def test_only_local_hosts_are_watched(host: str, count: int) -> None:
    rows = Rows()
    found(rows, START, host, None, "HTTP::BROWSER", b"a" * 2 * ROW_STRING_BYTES)
    assert [len(said) for *_, said in rows.by_record.get("software", (None, []))[1]] == [ROW_STRING_BYTES] * count


def test_nothing_was_seen() -> None:
    assert logged([], Expiry(clock())) == []

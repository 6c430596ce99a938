from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.expiry import Expiry
from parsers.protocols.tunnel import RECORD, activity, thinned, used
from parsers.schema import Row

DISCOVER, CLOSE, EXPIRE = "DISCOVER", "CLOSE", "EXPIRE"
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
START = 1_700_000_000 * SECOND
GRE = ("C1", "192.0.2.1", 0, "192.0.2.2", 0, "Tunnel::GRE")
VXLAN = ("C2", "192.0.2.1", 5555, "192.0.2.2", 4789, "Tunnel::VXLAN")
PROXY = (None, "192.0.2.1", 0, "192.0.2.2", 3128, "Tunnel::HTTP")


def told(
    uses: Iterable[tuple[float, Row]], closed: dict[str, float | None], until: float, step: float = 1
) -> list[tuple[float, str | None, str]]:
    """Time, uid, action of the rows; times are seconds from the start, `step` apart on the capture's clock."""
    clock = START + (np.arange(0, until + step, step) * SECOND).astype(np.int64)
    over = {uid: None if at is None else START + int(at * SECOND) for uid, at in closed.items()}
    rows = activity([used(START + int(at * SECOND), tunnel) for at, tunnel in uses], over, Expiry(clock))
    return [((row[0] - START) / SECOND, row[1], row[7].removeprefix("Tunnel::")) for row in rows]


def test_a_tunnel_is_discovered_once() -> None:
    assert told([(1, GRE), (2, GRE), (1.5, PROXY), (7, PROXY)], {}, 10) == [
        (1, "C1", DISCOVER),
        (1.5, None, DISCOVER),
    ]


def test_it_closes_with_the_connection_around_it() -> None:
    assert told([(1, VXLAN)], {"C2": 65}, 90) == [(1, "C2", DISCOVER), (65, "C2", CLOSE)]
    assert told([(1, VXLAN)], {"C2": None}, 20) == [(1, "C2", DISCOVER), (20, "C2", CLOSE)]
    # At the capture's very end.
    assert told([(20, VXLAN)], {"C2": None}, 20) == [(20, "C2", DISCOVER), (20, "C2", CLOSE)]


def test_the_next_connection_between_the_same_ends_is_another_tunnel() -> None:
    again = ("C3", *VXLAN[1:])
    assert told([(1, VXLAN), (70, again)], {"C2": 65, "C3": None}, 90) == [
        (1, "C2", DISCOVER),
        (65, "C2", CLOSE),
        (70, "C3", DISCOVER),
        (90, "C3", CLOSE),
    ]


def test_it_expires_after_an_hour_without_a_new_connection() -> None:
    # Zeek looks every ten seconds, and first at the first packet.
    assert told([(3, GRE)], {}, 3700) == [(3, "C1", DISCOVER), (3610, "C1", EXPIRE)]
    assert told([(3, GRE), (3000, GRE)], {}, 3700) == [(3, "C1", DISCOVER)]
    assert told([(3, GRE), (3700, GRE)], {}, 3800) == [
        (3, "C1", DISCOVER),
        (3610, "C1", EXPIRE),
        (3700, "C1", DISCOVER),
    ]
    # A use counts in whole seconds.
    assert told([(10.9, GRE)], {}, 3700, 0.5)[1:] == [(3620, "C1", EXPIRE)]
    assert told([(9.9, GRE)], {}, 3700, 0.5)[1:] == [(3610, "C1", EXPIRE)]


def test_what_has_expired_does_not_close() -> None:
    assert told([(3, VXLAN)], {"C2": None}, 3700) == [(3, "C2", DISCOVER), (3610, "C2", EXPIRE)]
    assert told([(3, VXLAN), (3700, VXLAN)], {"C2": None}, 3800)[-2:] == [
        (3700, "C2", DISCOVER),
        (3800, "C2", CLOSE),
    ]


def test_no_tunnels() -> None:
    assert activity([], {}, Expiry(np.zeros(0, np.int64))) == []
    assert thinned([]) == []


def test_rows_go_through_a_table() -> None:
    rows = [used(START, GRE), used(START + 1, PROXY)]
    assert list(RECORD.rows(RECORD.table(rows))) == rows


times = st.lists(
    st.tuples(st.integers(0, 20_000), st.sampled_from([GRE, VXLAN, ("C3", *VXLAN[1:]), PROXY])), max_size=30
)


@settings(max_examples=40, deadline=None)
@given(times, st.lists(st.booleans(), min_size=30, max_size=30))
def test_thinning_changes_nothing(uses: list[tuple[int, Row]], here: list[bool]) -> None:
    rows = [used(START + at * SECOND, tunnel) for at, tunnel in uses]
    parts = [[row for row, is_here in zip(rows, here, strict=False) if is_here is wanted] for wanted in (True, False)]
    thin = [row for part in parts for row in thinned(part)]
    clock = START + np.arange(0, 20_001) * SECOND
    closed = {"C2": START + 9_000 * SECOND, "C3": None}
    assert activity(thin, closed, Expiry(clock)) == activity(rows, closed, Expiry(clock))
    assert len(thin) <= len(rows)

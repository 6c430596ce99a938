import numpy as np
import pytest

from parsers.capture.tunnels.encapsulation import Encapsulations, Tunnel
from parsers.capture.tunnels.passage import NO_PASSAGE, Passage, passage


@pytest.fixture
def known() -> Encapsulations:
    made = Encapsulations()
    first = made.place(-1, Tunnel("C0", "a", 0, "b", 0, "Tunnel::IP"), whole=True)
    made.place(first, Tunnel("C1", "c", 0, "d", 0, "Tunnel::GRE"), whole=True)
    made.place(-1, Tunnel("C2", "e", 1, "f", 4789, "Tunnel::VXLAN"), whole=False)
    return made


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ([-1], NO_PASSAGE),
        ([-1, -1], NO_PASSAGE),
        ([1], Passage(["C1"], [(10, 1)])),
        ([1, 1, 1], Passage(["C1"], [(10, 1)])),
        ([-1, 2, 2], Passage(["C2"], [(11, 2)])),
        ([2, -1, -1], Passage(["C2"], [(10, 2)])),
        ([0, 2, 0], Passage(["C0", "C2"], [(10, 0), (11, 2), (12, 0)])),
        ([-1, 0, -1, 0, -1, 0], Passage(["C0"], [(11, 0), (13, 0), (15, 0)])),
        ([-1, 0, -1, 0, -1, 0, 2], Passage(["C0"], [(11, 0), (13, 0), (15, 0)], 15, [16])),
    ],
)
def test_changes_add_to_the_parents(known: Encapsulations, parent: list[int], expected: Passage) -> None:
    assert passage(known, np.array(parent, np.int32), range(10, 10 + len(parent))) == expected


def test_every_tunnel_around_is_used(known: Encapsulations) -> None:
    assert [row[:2] for row in known.uses([(7, 1), (8, 2)])] == [(7, "C1"), (7, "C0"), (8, "C2")]
    assert [enclosing.depth for enclosing in known.places] == [1, 2, 1]

import pytest

from tests.parsers.capture.build import ethernet, packets
from tests.parsers.capture.links.frames import ARP, INNER, PPPOE, SAID, cisco, ppp, pppoe, said


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (9, ppp(INNER, 0xC021)),
        (9, ppp(INNER, 0xC021, b"\xff\3")),
        (50, ppp(INNER, 0x8021, b"\xff\3")),
        (51, pppoe(INNER, 0xC021)),
        (104, cisco(INNER, ARP)),
        (9, cisco(INNER, ARP)),
    ],
)
def test_other_protocols_are_left_out(link: int, frame: bytes) -> None:
    assert len(packets([frame], link=link)) == 0


@pytest.mark.parametrize(("more", "text"), [(-2, SAID[:3]), (0, SAID), (2, SAID)])
def test_pppoe_ends_where_it_says(more: int, text: bytes) -> None:
    frame = pppoe(INNER, length=len(INNER) + 2 + more)
    assert said(packets([frame], link=51)) == said(packets([ethernet(frame, PPPOE)])) == [text]


@pytest.mark.parametrize("length", [0, 1, 2])
def test_pppoe_that_is_empty(length: int) -> None:
    assert len(packets([pppoe(INNER, length=length)], link=51)) == 0

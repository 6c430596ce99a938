import struct

import numpy as np
import pytest

from parsers import limits
from parsers.capture.packets import Packets
from tests.parsers.capture.build import CLIENT, SERVER, ethernet, ipv4, ipv6, packets, payloads, udp
from tests.parsers.capture.tunnels.build import (
    ORIGIN,
    TEREDO6,
    authentication,
    ayiya,
    geneve,
    gre,
    gtp,
    packet,
    packet6,
    pptp,
    vxlan,
)

FRAME = ethernet(packet())


def outer(payload: bytes, dport: int, sport: int = 5555) -> bytes:
    return ethernet(ipv4(udp(payload, sport, dport)))


def inside(found: Packets) -> list[tuple[int, bytes, list[str]]]:
    """The inner packets: number, payload, the types of the tunnels that each came through, outermost first."""
    rows = np.flatnonzero(found.parent >= 0)
    return [
        (int(found.number[row]), payload, kinds(found, int(found.parent[row]))[::-1])
        for row, payload in zip(rows.tolist(), payloads(found.take(rows)), strict=True)
    ]


def kinds(found: Packets, place: int) -> list[str]:
    """The types of the tunnels of an encapsulation, innermost first."""
    return [row[6].removeprefix("Tunnel::") for row in found.encapsulations.uses([(0, place)])]


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (ethernet(ipv4(packet(), 4)), "IP"),
        (ethernet(ipv4(packet6(), 41)), "IP"),
        (ethernet(ipv6(packet(), 4), 0x86DD), "IP"),
        (ethernet(ipv4(gre(packet()), 47)), "GRE"),
        (ethernet(ipv4(gre(FRAME, 0x6558), 47)), "GRE"),
        (ethernet(ipv4(pptp(packet()), 47)), "GRE"),
        (outer(gre(packet()), 4754), "GRE"),
        (outer(vxlan(FRAME), 4789), "VXLAN"),
        (outer(vxlan(ethernet(packet(), tags=[0x8100])), 4789), "VXLAN"),
        (outer(geneve(FRAME), 6081), "GENEVE"),
        (outer(gtp(packet()), 2152), "GTPv1"),
        (outer(packet6(), 3544), "TEREDO"),
        (outer(packet6(src=TEREDO6), 9), "TEREDO"),
        (outer(ayiya(packet()), 5072), "AYIYA"),
        (outer(ayiya(packet()), 9), "AYIYA"),
    ],
)
def test_an_inner_packet_is_a_row_behind_the_outer_one(frame: bytes, kind: str) -> None:
    found = packets([ethernet(ipv4(udp(b"before"))), frame, ethernet(ipv4(udp(b"after")))])
    assert found.number.tolist() == [0, 1, 1, 2]
    assert inside(found) == [(1, b"inside", [kind])]
    assert found.clock.tolist() == sorted(found.clock.tolist())
    assert (found.sport[2], found.dport[2], found.ts[2]) == (7777, 9999, found.ts[1])


def test_no_tunnel_no_encapsulation() -> None:
    found = packets([ethernet(ipv4(udp(b"x" * 60))), ethernet(ipv4(packet(), 99))])
    assert found.parent.tolist() == [-1, -1]
    assert not found.encapsulations.places


def test_frames_without_ip_have_no_row() -> None:
    found = packets([outer(vxlan(ethernet(bytes(28), 0x0806)), 4789)])
    assert len(found) == 1
    (carrier,) = found.encapsulations.carriers.values()
    assert carrier.services == ["vxlan"]


def test_tunnels_in_tunnels() -> None:
    found = packets([outer(vxlan(ethernet(ipv4(gre(ipv4(packet(), 4, src="10.0.0.9")), 47))), 4789)])
    assert [kinds(found, int(place))[::-1] for place in found.parent] == [
        [],
        ["VXLAN"],
        ["VXLAN", "GRE"],
        ["VXLAN", "GRE", "IP"],
    ]
    assert payloads(found)[-1] == b"inside"


def test_depth_is_bounded() -> None:
    bomb = packet()
    for _ in range(100):
        bomb = ipv4(gre(bomb), 47)
    found = packets([ethernet(bomb)])
    assert len(found) == 1 + limits.TUNNEL_DEPTH
    assert [enclosing.depth for enclosing in found.encapsulations.places] == [1, 2, 3, 4]


def test_a_connection_that_is_too_deep_is_marked() -> None:
    deep = ipv4(udp(vxlan(FRAME), 5555, 4789))
    for _ in range(limits.TUNNEL_DEPTH):
        deep = ipv4(deep, 4)
    found = packets([ethernet(deep)])
    assert len(found) == 1 + limits.TUNNEL_DEPTH
    (carrier,) = found.encapsulations.carriers.values()
    assert carrier.marks == [(int(found.ts[0]), "X")]
    assert carrier.services == []


def fragments(payload: bytes, protocol: int, identification: int, sizes: tuple[int, ...]) -> list[bytes]:
    """IPv4 fragments of these sizes, and one with the rest."""
    made: list[bytes] = []
    offset = 0
    for size in (*sizes, len(payload)):
        piece, end = payload[offset : offset + size], offset + size
        made.append(ipv4(piece, protocol, offset=offset, more=end < len(payload), identification=identification))
        offset = end
    return made


def test_outer_fragments() -> None:
    pieces = fragments(gre(packet(b"long" * 20)), 47, 5, (40, 40))
    found = packets([ethernet(piece) for piece in pieces])
    assert inside(found) == [(2, b"long" * 20, ["GRE"])]


def test_inner_fragments_some_of_them_in_outer_fragments() -> None:
    inner = fragments(udp(b"0123456789abcdef" * 8, 7777, 9999), 17, 6, (64, 64))
    frames = [ethernet(piece) for piece in fragments(gre(inner[0]), 47, 7, (48,))]
    frames.append(ethernet(ipv4(gre(inner[1]), 47)))
    frames += [ethernet(piece) for piece in fragments(udp(vxlan(ethernet(inner[2])), 1, 4789), 17, 8, (16,))]
    found = packets(frames)
    assert inside(found) == [(4, b"0123456789abcdef" * 8, ["VXLAN"])]


def test_a_tunnel_in_reassembled_bytes_of_a_tunnel() -> None:
    inner = fragments(gre(packet()), 47, 6, (16,))
    found = packets([ethernet(ipv4(gre(piece), 47)) for piece in inner])
    assert inside(found)[-1] == (1, b"inside", ["GRE", "GRE"])


def test_what_was_cut_off() -> None:
    long = ethernet(packet(b"x" * 100))
    whole = outer(vxlan(long), 4789)
    found = packets([whole[:-50]], wire=len(whole))
    assert (found.length[1], found.captured[1]) == (100, 50)
    # Zeek takes what is inside of GRE for all that there was, and it is shorter than it says.
    whole = ethernet(ipv4(gre(long, 0x6558), 47))
    assert len(packets([whole[:-50]], wire=len(whole))) == 1


def test_padding_is_not_the_inner_packets() -> None:
    found = packets([outer(gtp(packet()), 2152) + bytes(9)])
    assert inside(found) == [(0, b"inside", ["GTPv1"])]


def test_a_violation_ends_it_but_for_gtp() -> None:
    for good, bad, port, left in (
        (vxlan(FRAME), bytes(20), 4789, [0, 3]),
        (geneve(FRAME), b"\0\0", 6081, [0, 3]),
        (packet6(), b"bad", 3544, [0, 3]),
        (gtp(packet()), b"bad", 2152, [0, 2, 3]),
    ):
        frames = [outer(good, port), outer(bad, port), outer(good, port), outer(good, port, sport=6666)]
        found = packets(frames)
        assert [number for number, _, _ in inside(found)] == left


def test_a_violation_is_forgotten_with_the_connection() -> None:
    frames = [outer(bytes(20), 4789), outer(vxlan(FRAME), 4789)]
    assert len(packets(frames, step=59)) == 2
    assert len(packets(frames, step=61)) == 3


def services(frames: list[bytes]) -> list[list[str]]:
    return [carrier.services for carrier in packets(frames).encapsulations.carriers.values()]


def answer(payload: bytes, sport: int) -> bytes:
    return ethernet(ipv4(udp(payload, sport, 5555), src=SERVER, dst=CLIENT))


def test_what_is_confirmed() -> None:
    assert services([outer(vxlan(FRAME), 4789)]) == [["vxlan"]]
    assert services([outer(gtp(packet()), 2152)]) == [["gtpv1"]]
    assert services([outer(gtp(packet()[:-1]), 2152), outer(gtp(packet()), 2152)]) == [[]]
    assert services([outer(ayiya(packet()), 9)]) == [["ayiya"]]


def test_teredo_needs_both_sides() -> None:
    assert services([outer(packet6(), 3544)] * 2) == [[]]
    assert services([outer(packet6(), 3544), answer(packet6(), 3544)]) == [["teredo"]]
    assert services([outer(packet6(), 3544), answer(b"bad", 3544), answer(packet6(), 3544)]) == [[]]


@pytest.mark.parametrize(
    ("cut", "name"),
    [
        (b"\x60", "truncated_Teredo"),
        (authentication(), "truncated_Teredo"),
        (authentication()[:-1], "truncated_Teredo_authentication"),
        (ORIGIN[:-1], "truncated_Teredo_origin_indication"),
        (packet6()[:39], "truncated_IPv6_in_Teredo"),
    ],
)
def test_teredo_that_is_cut_is_weird_once_both_sides_are_known(cut: bytes, name: str) -> None:
    def weirds(frames: list[bytes]) -> list[str]:
        (carrier,) = packets(frames).encapsulations.carriers.values()
        return [weird for _, weird, _ in carrier.weirds]

    known = [outer(packet6(), 3544), answer(packet6(), 3544)]
    assert weirds([*known, outer(cut, 3544), outer(cut, 3544)]) == [name]
    assert weirds([known[0], outer(cut, 3544)]) == []


def test_the_responders_port_decides() -> None:
    # Both ports are servers'; the second one's is the responder's.
    found = packets([outer(vxlan(FRAME), 53, sport=4789)])
    assert len(found) == 1
    # The first packet seen is an answer.
    assert len(packets([answer(vxlan(FRAME), 4789)])) == 2


def test_when_a_carrier_is_over() -> None:
    quiet = ethernet(ipv4(udp(b"x", 1, 2)))
    found = packets([outer(vxlan(FRAME), 4789), quiet, quiet], step=40)
    (carrier,) = found.encapsulations.carriers.values()
    assert carrier.closed == found.clock[-1]
    found = packets([outer(vxlan(FRAME), 4789), quiet], step=40)
    (carrier,) = found.encapsulations.carriers.values()
    assert carrier.closed is None


def test_igmp_shows_that_a_tunnel_is_used() -> None:
    igmp = ipv4(b"\x16\0\0\0" + bytes(4), 2, dst="224.0.0.22")
    found = packets([ethernet(ipv4(gre(igmp), 47))] * 2)
    assert found.encapsulations.seen == [(int(found.clock[0]), 0)]


def test_many_at_once() -> None:
    frames = [outer(vxlan(ethernet(packet(struct.pack(">I", i)))), 4789, sport=1024 + i % 50) for i in range(2000)]
    found = packets(frames, step=0)
    assert [payload for _, payload, _ in inside(found)] == [struct.pack(">I", i) for i in range(2000)]
    assert len(found.encapsulations.places) == 50

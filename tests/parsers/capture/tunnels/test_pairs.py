from tests.parsers.capture.build import CLIENT, SERVER, START, ethernet, ipv4, packets, udp
from tests.parsers.capture.tunnels.build import gre, packet

DAY = 24 * 3600


def test_one_tunnel_both_ways_whatever_the_protocol() -> None:
    found = packets(
        [
            ethernet(ipv4(gre(packet()), 47, src=SERVER, dst=CLIENT)),
            ethernet(ipv4(packet(), 4)),
            ethernet(ipv4(udp(gre(packet()), 1, 4754))),
        ]
    )
    (enclosing,) = found.encapsulations.places
    tunnel = enclosing.tunnel
    assert (tunnel.orig_h, tunnel.orig_p, tunnel.resp_h, tunnel.resp_p) == (SERVER, 0, CLIENT, 0)
    assert tunnel.kind == "Tunnel::GRE"
    assert found.parent.tolist() == [-1, 0] * 3


def test_another_pair_is_another_tunnel() -> None:
    found = packets([ethernet(ipv4(packet(), 4)), ethernet(ipv4(packet(), 4, dst="192.0.2.8"))])
    assert found.parent.tolist() == [-1, 0, -1, 1]
    first, second = found.encapsulations.places
    assert first.tunnel.uid != second.tunnel.uid


def test_a_tunnel_that_is_idle_for_a_day_is_forgotten() -> None:
    frame = ethernet(ipv4(packet(), 4))
    assert packets([frame] * 3, step=DAY - 1).parent[1::2].tolist() == [0, 0, 0]
    found = packets([frame] * 3, step=DAY)
    assert found.parent[1::2].tolist() == [0, 1, 2]
    assert len({enclosing.tunnel.uid for enclosing in found.encapsulations.places}) == 3


def test_the_timer_looks_once_a_day() -> None:
    used, other = ethernet(ipv4(packet(), 4)), ethernet(ipv4(udp(b"x")))
    # Used after 0.9 days: the look after one day is too early, the next one comes after two.
    frames = [used, used, other, used]
    for days, forgotten in (((0, 0.9, 1.01, 1.95), False), ((0, 0.9, 1.01, 2.05), True)):
        found = packets(frames, times=[START + int(day * DAY) for day in days])
        assert bool(found.parent[-1]) is forgotten

"""What is one flow, and how flows are shared out."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import budget
from parsers.capture import shared
from parsers.capture.flows import Shard, group
from tests.parsers.capture.dialogue import P, packets

PING, PONG, UNREACHABLE = (8, 0), (0, 0), (3, 1)


def flows_of(said: list[P]) -> list[list[int]]:
    flows = group(packets(said))
    parts = [flows.order[a:b].tolist() for a, b in zip(flows.bounds, flows.bounds[1:], strict=False)]
    return sorted(parts)


def icmp(what: str, kind: tuple[int, int], proto: int = 1) -> P:
    # A decoder leaves type and code in the ports of the packet as it was sent.
    ports = kind if what == ">" else (kind[1], kind[0])
    return P(what, ports=ports, proto=proto)


def test_no_packets() -> None:
    flows = group(packets([]))
    assert flows.bounds.tolist() == [0]
    assert flows.shards(10) == []


def test_both_directions_are_one_flow() -> None:
    said = [P(">S"), P(">S", ports=(40001, 80)), P("<SA"), P(">A"), P(">S", proto=17)]
    assert flows_of(said) == [[0, 2, 3], [1], [4]]


def test_backward_is_the_other_side_of_the_first_packet() -> None:
    flows = group(packets([P("<A"), P(">A"), P("<A")]))
    assert flows.backward.tolist() == [False, True, False]


def test_a_host_that_talks_to_itself_is_always_the_first_side() -> None:
    flows = group(packets([P(">S", ports=(80, 80), hosts=("10.0.0.1", "10.0.0.1")) for _ in range(2)]))
    assert flows.backward.tolist() == [False, False]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([icmp(">", PING), icmp("<", PONG)], [[0, 1]], id="request and reply"),
        pytest.param([icmp(">", UNREACHABLE), icmp("<", UNREACHABLE)], [[0], [1]], id="one way, each way"),
        pytest.param([icmp(">", (3, 1)), icmp(">", (3, 3))], [[0], [1]], id="codes differ"),
        pytest.param([icmp(">", (135, 0), 58), icmp("<", (136, 0), 58)], [[0, 1]], id="neighbour discovery"),
        pytest.param([icmp(">", (135, 0), 1), icmp("<", (136, 0), 1)], [[0], [1]], id="types of the other ICMP"),
        pytest.param([P(">", ports=(1, 2), proto=89), P("<", ports=(3, 4), proto=89)], [[0, 1]], id="no ports"),
    ],
)
def test_protocols_without_ports(said: list[P], expected: list[list[int]]) -> None:
    assert flows_of(said) == expected


def test_icmp_ports_are_type_and_counterpart_or_code() -> None:
    flows = group(packets([icmp(">", PING), icmp(">", UNREACHABLE)]))
    assert sorted(zip(flows.sport.tolist(), flows.dport.tolist(), strict=True)) == [(3, 1), (8, 0)]


def test_shards_keep_two_addresses_together() -> None:
    hosts = [("10.0.0.1", f"10.0.1.{i}") for i in range(5)]
    said = [P(">S", ports=(port, 80), hosts=pair) for pair in hosts for port in (1, 2, 3)]
    flows = group(packets(said))
    assert [shard.packets for shard in flows.shards(1)] == [3] * 5
    assert flows.shards(1)[1] == Shard(3, 6, 3)
    assert flows.shards(15) == flows.shards(1000) == [Shard(0, 15, 15)]


def test_the_last_shards_are_smaller() -> None:
    flows = group(packets([P(">S", hosts=("10.0.0.1", f"10.0.1.{i}")) for i in range(200)]))
    sizes = [shard.packets for shard in flows.shards(16)]
    assert sum(sizes) == 200
    assert sizes[:4] == [16] * 4
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-2] == 4


def test_many_addresses() -> None:
    count = 70_000
    made = packets([P(">S")])
    place = np.arange(count)
    columns: dict[str, Any] = {
        field.name: np.resize(getattr(made, field.name), count)
        for field in fields(made)
        if isinstance(getattr(made, field.name), np.ndarray)
    }
    columns |= {"number": place, "src": place.astype(np.int32), "dst": place[::-1].astype(np.int32)}
    many = replace(made, **columns, addresses=[str(i) for i in range(count)])
    # Ports differ, so that only a packet's own mirror image could join it, and here there is none.
    assert len(group(many).bounds) == count + 1


SAID = st.builds(
    lambda way, ports, proto, hosts: P(way, ports=ports, proto=proto, hosts=hosts),
    st.sampled_from("<>"),
    st.tuples(st.sampled_from([3, 8, 80]), st.sampled_from([0, 80, 135])),
    st.sampled_from([1, 6, 17, 58, 89]),
    st.sampled_from([("10.0.0.1", "10.0.0.2"), ("10.0.0.2", "10.0.0.3"), ("10.0.0.1", "10.0.0.1")]),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=20))
def test_without_memory_for_all_packets_the_flows_are_the_same(said: list[P]) -> None:
    wanted = group(packets(said))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "for_work", lambda: 0)
        patch.setattr(budget, "for_packets", lambda: 0)
        patch.setattr(shared, "BLOCK", 3)
        found = group(packets(said))
    for field in fields(wanted):
        assert getattr(found, field.name).tolist() == getattr(wanted, field.name).tolist(), field.name

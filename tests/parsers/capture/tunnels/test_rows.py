"""What conn.log and tunnel.log say of tunnels."""

from pathlib import Path
from typing import Any

import pytest

from parsers.capture import decoded
from parsers.capture.pipeline import updates
from parsers.source import LogSet
from tests.parsers.capture.build import CLIENT, SERVER, START, ethernet, ipv4, pcap, udp
from tests.parsers.capture.tunnels.build import INNER, gre, gtp, packet, packet6, vxlan

DIRECT = ethernet(packet())
QUERY = packet(b"\0\7\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1", dport=53)


def on(inner: bytes, port: int = 4789, sport: int = 5555) -> bytes:
    return ethernet(ipv4(udp(inner, sport, port)))


class Logs:
    """What is written of frames."""

    def __init__(self, folder: Path, frames: list[bytes], step: int = 1) -> None:
        path = folder / "a.pcap"
        path.write_bytes(pcap(frames, step=step))
        self.read = LogSet()
        self.read.read(updates([path]))
        assert not self.read.troubles

    def rows(self, log: str) -> list[dict[str, Any]]:
        return self.read.table(log).to_pylist() if log in self.read.names else []

    def conn(self, port: int) -> dict[str, Any]:
        (row,) = (row for row in self.rows("conn") if row["id.resp_p"] == port)
        return row

    @property
    def tunnels(self) -> list[tuple[int, str, str]]:
        """Seconds from the start, type, action."""
        cells = [(row["ts"], row["tunnel_type"], row["action"]) for row in self.rows("tunnel")]
        return [(round(ts.timestamp()) - START, kind[8:], action[8:]) for ts, kind, action in cells]


@pytest.fixture(params=[1, 20_000])
def shards(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "SHARD_PACKETS", request.param)


@pytest.mark.usefixtures("shards")
def test_a_tunnel_on_a_connection(tmp_path: Path) -> None:
    found = Logs(tmp_path, [on(vxlan(ethernet(QUERY)))] * 2)
    outer, inner = found.conn(4789), found.conn(53)
    assert (outer["service"], outer["tunnel_parents"]) == ("vxlan", None)
    assert (inner["service"], inner["tunnel_parents"]) == ("dns", [outer["uid"]])
    assert (inner["id.orig_h"], inner["id.resp_h"], inner["orig_pkts"]) == (*INNER, 2)
    assert [row["uid"] for row in found.rows("dns")] == [inner["uid"]] * 2
    assert found.tunnels == [(0, "VXLAN", "DISCOVER"), (1, "VXLAN", "CLOSE")]
    assert {(row["uid"], row["id.orig_p"], row["id.resp_p"]) for row in found.rows("tunnel")} == {
        (outer["uid"], 5555, 4789)
    }


@pytest.mark.usefixtures("shards")
def test_a_tunnel_between_addresses(tmp_path: Path) -> None:
    found = Logs(tmp_path, [ethernet(ipv4(gre(packet()), 47))] * 2)
    (tunnel,) = found.rows("tunnel")
    (conn,) = found.rows("conn")
    assert conn["tunnel_parents"] == [tunnel["uid"]]
    assert [tunnel[f"id.{name}"] for name in ("orig_h", "orig_p", "resp_h", "resp_p")] == [CLIENT, 0, SERVER, 0]
    assert found.tunnels == [(0, "GRE", "DISCOVER")]


def test_the_innermost_tunnel_is_the_parent(tmp_path: Path) -> None:
    found = Logs(tmp_path, [ethernet(ipv4(gre(ipv4(udp(gtp(packet()), 2152, 2152))), 47))])
    outer, inner = found.conn(2152), found.conn(9999)
    assert inner["tunnel_parents"] == [outer["uid"]]
    (around,) = outer["tunnel_parents"]
    assert {row["uid"]: row["tunnel_type"] for row in found.rows("tunnel")} == {
        around: "Tunnel::GRE",
        outer["uid"]: "Tunnel::GTPv1",
    }


def test_a_tunnel_that_changes_adds_a_parent(tmp_path: Path) -> None:
    frames = [on(vxlan(DIRECT), sport=port) for port in (5555, 6666)]
    found = Logs(tmp_path, frames)
    assert len(found.conn(9999)["tunnel_parents"]) == 2
    assert found.tunnels[:2] == [(0, "VXLAN", "DISCOVER"), (1, "VXLAN", "DISCOVER")]


@pytest.mark.parametrize(("changes", "history"), [(5, "D"), (6, "DX")])
def test_changes_that_are_too_many_are_told(tmp_path: Path, changes: int, history: str) -> None:
    frames = [DIRECT, on(vxlan(DIRECT))] * 4
    assert Logs(tmp_path, frames[: changes + 1]).conn(9999)["history"] == history


def test_they_are_told_before_the_packet_that_changed_once_more(tmp_path: Path) -> None:
    plain = [ethernet(packet(back=number == 6)) for number in range(7)]
    frames = [frame if number % 2 else on(vxlan(frame)) for number, frame in enumerate(plain)]
    assert Logs(tmp_path, frames).conn(9999)["history"] == "DXd"


def test_a_carrier_that_is_too_deep(tmp_path: Path) -> None:
    deep = ipv4(udp(vxlan(DIRECT), 5555, 4789))
    for host in range(4):
        deep = ipv4(deep, 4, src=f"10.0.0.{10 + host}")
    found = Logs(tmp_path, [ethernet(deep)])
    carrier = found.conn(4789)
    assert (carrier["service"], carrier["history"]) == (None, "DX")
    assert len(found.rows("tunnel")) == 4


def test_the_next_carrier_is_another_tunnel(tmp_path: Path) -> None:
    found = Logs(tmp_path, [on(vxlan(DIRECT))] * 2, step=100)
    begun, again, *over = sorted(found.tunnels, key=lambda told: told[2], reverse=True)
    assert (begun, again) == ((0, "VXLAN", "DISCOVER"), (100, "VXLAN", "DISCOVER"))
    assert over == [(100, "VXLAN", "CLOSE")] * 2
    assert len({row["uid"] for row in found.rows("tunnel")}) == 2


def test_a_tunnel_without_new_connections_expires(tmp_path: Path) -> None:
    found = Logs(tmp_path, [ethernet(ipv4(packet6(), 41)), *[ethernet(ipv4(udp(b"x")))] * 3], step=2000)
    assert found.tunnels == [(0, "IP", "DISCOVER"), (4000, "IP", "EXPIRE")]


def test_a_tunnel_that_holds_no_connection_is_not_told(tmp_path: Path) -> None:
    found = Logs(tmp_path, [on(vxlan(ethernet(bytes(28), 0x0806)))])
    assert found.conn(4789)["service"] == "vxlan"
    assert found.tunnels == []


def test_igmp_is_no_connection_but_a_use(tmp_path: Path) -> None:
    igmp = ipv4(b"\x16\0\0\0" + bytes(4), 2, dst="224.0.0.22")
    found = Logs(tmp_path, [ethernet(ipv4(gre(igmp), 47))])
    assert found.tunnels == [(0, "GRE", "DISCOVER")]
    assert found.rows("conn") == []

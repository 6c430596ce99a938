"""The link-layer addresses of connections, on every link layer that has some."""

from pathlib import Path
from typing import Any

import pytest

from parsers.capture import decoded
from parsers.capture.pipeline import updates
from parsers.source import LogSet
from tests.parsers.capture.build import CLIENT, SERVER, ethernet, ipv4, pcap, tcp, udp
from tests.parsers.capture.links.frames import (
    BACKBONE,
    INNER,
    PORT,
    VLAN,
    aggregate,
    cooked,
    cooked_2,
    fddi,
    llc,
    pppoe,
    radiotap,
    snap,
    wireless,
)
from tests.parsers.capture.tunnels.build import vxlan

FROM, TO = "00:50:56:00:00:01", "00:1b:21:00:00:02"
SOURCE, TARGET = (bytes.fromhex(text.replace(":", "")) for text in (FROM, TO))
FRAME = TARGET + SOURCE


def rows(folder: Path, frames: list[bytes], link: int = 1) -> list[dict[str, Any]]:
    path = folder / "a.pcap"
    path.write_bytes(pcap(frames, link=link))
    read = LogSet()
    read.read(updates([path]))
    return list(read.table("conn").to_pylist())


def ends(folder: Path, frame: bytes, link: int = 1) -> tuple[str | None, str | None]:
    """The addresses of the connection to the port that the innermost packet is sent to."""
    (row,) = (row for row in rows(folder, [frame], link) if row["id.resp_p"] == PORT)
    return row["orig_l2_addr"], row["resp_l2_addr"]


def between(frame: bytes, source: int, target: int) -> bytes:
    """The frame with its addresses at these places."""
    made = bytearray(frame)
    made[source : source + 6], made[target : target + 6] = SOURCE, TARGET
    return bytes(made)


def mirrored(octets: bytes) -> bytes:
    return bytes(int(f"{octet:08b}"[::-1], 2) for octet in octets)


ETHERNET = FRAME + ethernet(INNER)[12:]
IN_80211 = llc(INNER)
FRAMES = [
    ("ethernet", 1, ETHERNET),
    ("ethernet in a VLAN", 1, FRAME + ethernet(INNER, tags=[VLAN])[12:]),
    ("IEEE 802.3", 1, FRAME + snap(INNER)[12:]),
    ("PPP over Ethernet", 1, FRAME + ethernet(pppoe(INNER), kind=0x8864)[12:]),
    ("a provider's backbone", 1, ethernet(bytes(4) + ETHERNET, kind=BACKBONE)),
    ("FDDI", 10, b"\x57" + mirrored(FRAME) + fddi(INNER)[13:]),
    ("Fibre Channel", 122, b"\x10\0" + TARGET + b"\x10\0" + SOURCE + llc(INNER)),
    ("IEEE 802.11, between stations", 105, between(wireless(IN_80211), 10, 4)),
    ("IEEE 802.11, to the access point", 105, between(wireless(IN_80211, flags=1), 10, 16)),
    ("IEEE 802.11, from the access point", 105, between(wireless(IN_80211, flags=2), 16, 4)),
    ("IEEE 802.11, between access points", 105, between(wireless(IN_80211, flags=3), 24, 16)),
    ("radiotap", 127, radiotap(between(wireless(IN_80211), 10, 4))),
    ("several in one", 105, between(wireless(aggregate(INNER), kind=0x88, qos=0x80), 10, 4)),
]


@pytest.mark.parametrize(("link", "frame"), [case[1:] for case in FRAMES], ids=[case[0] for case in FRAMES])
def test_both_addresses(tmp_path: Path, link: int, frame: bytes) -> None:
    assert ends(tmp_path, frame, link) == (FROM, TO)


@pytest.mark.parametrize(("link", "header", "place"), [(113, cooked, 6), (276, cooked_2, 12)])
def test_a_cooked_header_has_the_senders(tmp_path: Path, link: int, header: Any, place: int) -> None:
    frame = bytearray(header(INNER))
    frame[place : place + 6] = SOURCE
    assert ends(tmp_path, bytes(frame), link) == (FROM, None)
    # Not all interfaces have such addresses: this one's are four bytes long.
    frame[place - 1] = 4
    assert ends(tmp_path, bytes(frame), link) == (None, None)


def test_what_has_none(tmp_path: Path) -> None:
    assert ends(tmp_path, INNER, 101) == (None, None)
    # As on a loopback.
    assert ends(tmp_path, bytes(12) + ethernet(INNER)[12:]) == (None, None)


@pytest.mark.parametrize("inner", [ETHERNET, bytes(12) + ETHERNET[12:]])
def test_a_tunnels_frame_has_its_own(tmp_path: Path, inner: bytes) -> None:
    outside = TARGET[::-1] + SOURCE[::-1]
    frame = outside + ethernet(ipv4(udp(vxlan(inner), dport=4789)))[12:]
    assert ends(tmp_path, frame) == ((FROM, TO) if any(inner[:12]) else (None, None))
    (outer,) = (row for row in rows(tmp_path, [frame]) if row["id.resp_p"] == 4789)
    assert (outer["orig_l2_addr"], outer["resp_l2_addr"]) == tuple(octets[::-1].hex(":") for octets in (SOURCE, TARGET))


def test_a_tunnels_packet_without_a_frame_has_none(tmp_path: Path) -> None:
    frame = FRAME + ethernet(ipv4(INNER, 4))[12:]
    assert ends(tmp_path, frame) == (None, None)


def test_the_addresses_go_with_the_roles(tmp_path: Path) -> None:
    """The first packet is the server's: it is taken for the responder all the same."""
    answer = FRAME + ethernet(ipv4(tcp(sport=80, dport=40000, flags=0x12), 6, src=SERVER, dst=CLIENT))[12:]
    (row,) = rows(tmp_path, [answer])
    assert (row["id.resp_h"], row["resp_l2_addr"], row["orig_l2_addr"]) == (SERVER, FROM, TO)
    assert (row["resp_vendor"], row["orig_vendor"]) == ("VMware, Inc.", "Intel Corporate")


def test_shards_and_several_captures_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = TARGET + SOURCE[::-1] + ethernet(ipv4(udp(b"x", dport=9000), src="10.0.0.9"))[12:]
    whole = rows(tmp_path, [ETHERNET, other])
    monkeypatch.setattr(decoded, "SHARD_PACKETS", 1)
    assert rows(tmp_path, [ETHERNET, other]) == whole
    assert len({row["orig_l2_addr"] for row in whole}) == 2
    paths = [tmp_path / "b.pcap", tmp_path / "c.pcap"]
    for path, frame in zip(paths, (ETHERNET, other), strict=True):
        path.write_bytes(pcap([frame]))
    read = LogSet()
    read.read(updates(paths))
    table = read.table("conn")
    assert table.column_names[-1] == "capture"
    assert {(row["capture"], row["orig_l2_addr"]) for row in table.to_pylist()} == {
        (str(paths[0]), FROM),
        (str(paths[1]), SOURCE[::-1].hex(":")),
    }

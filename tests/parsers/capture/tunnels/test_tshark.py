"""What is inside, as tshark sees it: the innermost addresses, ports and lengths of each packet."""

import shutil
import struct
import subprocess

import pytest

from parsers.capture.packets import Packets
from tests.parsers.capture.build import ethernet, ipv4, ipv6, packets, pcap, udp
from tests.parsers.capture.tunnels.build import (
    INNER6,
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
SECOND = bytes(4) + b"\x10\0\0\1\0\0\0\2"
CARRIED = {
    "4in4": ethernet(ipv4(packet(), 4)),
    "6in4": ethernet(ipv4(packet6(), 41)),
    "4in6": ethernet(ipv6(packet(), 4), 0x86DD),
    "6in6": ethernet(ipv6(packet6(), 41), 0x86DD),
    "gre": ethernet(ipv4(gre(packet()), 47)),
    "gre with fields": ethernet(ipv4(gre(packet6(), 0x86DD, flags=0x3000, fields=bytes(8)), 47)),
    "gre in gre": ethernet(ipv4(gre(ipv4(gre(packet()), 47, src="10.0.0.9")), 47)),
    "nvgre": ethernet(ipv4(gre(FRAME, 0x6558, flags=0x2000, fields=b"\0\0\7\1"), 47)),
    "pptp": ethernet(ipv4(pptp(packet()), 47)),
    "erspan": ethernet(ipv4(gre(FRAME, 0x88BE), 47)),
    "erspan 2": ethernet(ipv4(gre(FRAME, 0x88BE, flags=0x1000, fields=SECOND), 47)),
    "erspan 3": ethernet(ipv4(gre(FRAME, 0x22EB, flags=0x1000, fields=bytes(4) + b"\x20" + bytes(11)), 47)),
    "vxlan": ethernet(ipv4(udp(vxlan(FRAME), 5555, 4789))),
    "geneve": ethernet(ipv4(udp(geneve(FRAME, options=struct.pack(">HBBI", 0x102, 3, 1, 4)), 5555, 6081))),
    "gtp": ethernet(ipv4(udp(gtp(packet(), flags=0x32, fields=b"\0\1\0\0"), 2152, 2152))),
    "teredo": ethernet(ipv4(udp(authentication() + ORIGIN + packet6(src=TEREDO6), 5555, 3544))),
    "ayiya": ethernet(ipv4(udp(ayiya(packet6(), 41), 5555, 5072))),
    "vlan in vxlan": ethernet(ipv4(udp(vxlan(ethernet(packet(), tags=[0x8100])), 5555, 4789))),
}


# The innermost source, destination, ports and bytes of UDP payload.
Seen = tuple[str, str, int, int, int]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """What tshark sees of each packet."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed")
    path = tmp_path_factory.mktemp("tunnels") / "all.pcap"
    path.write_bytes(pcap(CARRIED.values()))
    names = ("ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport", "udp.length")
    command = [program, "-r", str(path), "-n", "-T", "fields", "-E", "occurrence=l"]
    command += [part for name in names for part in ("-e", name)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(CARRIED, map(_read, run.stdout.splitlines()), strict=True))


def _read(line: str) -> Seen:
    source4, target4, source6, target6, sport, dport, length = line.split("\t")
    ends = (source6, target6) if target6 == INNER6[1] else (source4, target4)
    return *ends, int(sport), int(dport), int(length) - 8


def innermost(found: Packets) -> Seen:
    names = found.addresses
    assert found.parent[-1] >= 0
    ends = names[found.src[-1]], names[found.dst[-1]]
    return *ends, int(found.sport[-1]), int(found.dport[-1]), int(found.length[-1])


@pytest.mark.parametrize("name", CARRIED)
def test_the_innermost_packet(seen: dict[str, Seen], name: str) -> None:
    assert innermost(packets([CARRIED[name]])) == seen[name]

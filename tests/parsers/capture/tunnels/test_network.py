"""Tunnels of this machine's kernel between two network namespaces, captured on the outside by tcpdump."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index

HERE, THERE = (f"zeektui-{os.getpid()}-{end}" for end in "ab")
OUTSIDE = ("192.0.2.1", "192.0.2.2")
INSIDE = ("172.16.5.1", "172.16.5.2")
INSIDE6 = ("fd00:5::1", "fd00:5::2")
TUNNELS = {
    "gre": "type gre local {here} remote {there}",
    "gretap": "type gretap local {here} remote {there}",
    "erspan": "type erspan local {here} remote {there} seq key 5 erspan_ver 1 erspan 3",
    "ipip": "type ipip local {here} remote {there}",
    "sit": "type sit local {here} remote {there}",
    "vxlan": "type vxlan id 7 local {here} remote {there} dstport 4789",
    "geneve": "type geneve id 7 remote {there}",
}
KINDS = {"ipip": "IP", "sit": "IP", "vxlan": "VXLAN", "geneve": "GENEVE"}
_SEND = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as sender:
    sender.bind((sys.argv[1], 7777))
    for i in range(5):
        sender.sendto(b"through the tunnel %d" % i, (sys.argv[2], 9999))
"""


def ip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def namespaces() -> Iterator[None]:
    """Two namespaces with a cable between them."""
    if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("tcpdump") is None:
        pytest.skip("needs root, ip and tcpdump")
    for name in (HERE, THERE):
        if ip("netns", "add", name).returncode:
            pytest.skip("network namespaces cannot be made here")
    try:
        ip("link", "add", "outside", "netns", HERE, "type", "veth", "peer", "name", "outside", "netns", THERE)
        for name, address in zip((HERE, THERE), OUTSIDE, strict=True):
            ip("-n", name, "address", "add", f"{address}/24", "dev", "outside")
            ip("-n", name, "link", "set", "outside", "up")
        yield
    finally:
        for name in (HERE, THERE):
            ip("netns", "del", name)


def capture(path: Path, source: str, target: str) -> bytes:
    """What goes over the cable while five datagrams are sent from one inner address to the other."""
    inside = ["ip", "netns", "exec", HERE]
    tcpdump = [*inside, "tcpdump", "-i", "outside", "-w", str(path), "-U", "--immediate-mode", "-Z", "root"]
    with subprocess.Popen(tcpdump, stderr=subprocess.PIPE, text=True) as dump:
        assert dump.stderr is not None
        assert "listening on" in dump.stderr.readline()
        subprocess.run([*inside, sys.executable, "-c", _SEND, source, target], check=True)
        deadline = time.monotonic() + 10
        while path.read_bytes().count(b"through the tunnel") < 5 and time.monotonic() < deadline:
            os.sched_yield()
        dump.terminate()
    return path.read_bytes()


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("name", TUNNELS)
def test_a_tunnel_of_the_kernel(name: str, tmp_path: Path) -> None:
    addresses = INSIDE6 if name == "sit" else INSIDE
    for space, here, there, address in ((HERE, *OUTSIDE, addresses[0]), (THERE, *OUTSIDE[::-1], addresses[1])):
        made = ip("-n", space, "link", "add", "inside", *TUNNELS[name].format(here=here, there=there).split())
        if made.returncode:
            pytest.skip(f"this kernel has no {name}: {made.stderr.strip()}")
        flags = ("nodad",) if ":" in address else ()
        ip("-n", space, "address", "add", f"{address}/{64 if flags else 24}", "dev", "inside", *flags)
        ip("-n", space, "link", "set", "inside", "up")
    data = memoryview(capture(tmp_path / "outside.pcap", *addresses))
    found = decode(index(data), data)
    rows = np.flatnonzero((found.parent >= 0) & (found.dport == 9999))
    texts = [bytes(found.payload(int(found.offset[row]), int(found.captured[row]))) for row in rows]
    assert texts == [b"through the tunnel %d" % i for i in range(5)]
    assert {found.addresses[place] for place in found.src[rows]} == {addresses[0]}
    tunnel = found.encapsulations.places[int(found.parent[rows[0]])].tunnel
    assert tunnel.kind == f"Tunnel::{KINDS.get(name, 'GRE')}"
    assert {tunnel.orig_h, tunnel.resp_h} == set(OUTSIDE)

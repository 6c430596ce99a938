"""What the tools write that people capture with, read back as tshark reads it."""

import shutil
import socket
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from parsers.capture.foreign import describe
from parsers.capture.formats.index import Index
from parsers.capture.formats.registry import index, recognise
from tests.parsers.capture.build import START, ethernet, ipv4, pcap, tcp, udp
from tests.parsers.capture.formats.build import old_pcap, snoop
from tests.parsers.capture.formats.pcapng.build import enhanced, interface, old, section, simple

FRAMES = [ethernet(ipv4(udp(b"x" * n))) for n in (1, 20, 300)] + [ethernet(ipv4(tcp(b"data"), 6))]
# Wireshark's numbers for link types.
ENCAPSULATIONS = {1: "1", 101: "7", 113: "25"}
PATIENCE = 20

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a tool in a folder of its own and gives what it printed; the test is skipped where there is no such tool."""

    def call(tool: str, *args: str, stdin: str = "") -> str:
        path = shutil.which(tool)
        if path is None:
            pytest.skip(f"{tool} is not installed")
        done = subprocess.run(
            [path, *args], cwd=tmp_path, input=stdin, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def told(index: Index) -> list[tuple[int, int, int, str]]:
    """Time, bytes captured and on the wire, and encapsulation of each packet."""
    columns = (index.ts.tolist(), index.captured.tolist(), index.wire.tolist())
    return list(zip(*columns, [ENCAPSULATIONS[link] for link in index.link.tolist()], strict=True))


def told_by_tshark(run: Run, name: str) -> list[tuple[int, int, int, str]]:
    """The same from tshark; a packet without a time stands at 0."""
    fields = ("frame.time_epoch", "frame.cap_len", "frame.len", "frame.encap_type")
    lines = run("tshark", "-n", "-r", name, "-T", "fields", *(arg for field in fields for arg in ("-e", field)))
    rows = (line.split("\t") for line in lines.splitlines())
    return [(int(Decimal(time or 0) * 10**9), int(captured), int(wire), kind) for time, captured, wire, kind in rows]


def agree(run: Run, path: Path) -> Index:
    """The index of a capture, which tshark must read in the same way."""
    found = index(memoryview(path.read_bytes()))
    assert told(found) == told_by_tshark(run, path.name)
    assert len(found)
    return found


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("pcap", "pcap"),
        ("nsecpcap", "pcap"),
        ("modpcap", "pcap"),
        ("rh6_1pcap", "pcap"),
        ("suse6_3pcap", "pcap"),
        ("nokiapcap", "pcap"),
        ("pcapng", "pcapng"),
        ("snoop", "snoop"),
    ],
)
def test_what_editcap_writes(run: Run, tmp_path: Path, written: str, form: str) -> None:
    (tmp_path / "in").write_bytes(pcap(FRAMES, nano=True))
    run("editcap", "-F", written, "-s", "60", "in", "out")
    recognised = recognise((tmp_path / "out").read_bytes()[:64])
    assert recognised is not None
    assert recognised.name == form
    assert not agree(run, tmp_path / "out").troubles


@pytest.mark.parametrize(
    "written",
    [
        "5views",
        "lanalyzer",
        "netmon1",
        "netmon2",
        "ngsniffer",
        "ngwsniffer_1_1",
        "ngwsniffer_2_0",
        "observer",
        "visual",
    ],
)
def test_formats_that_are_called_by_their_name(run: Run, tmp_path: Path, written: str) -> None:
    (tmp_path / "in").write_bytes(pcap(FRAMES))
    run("editcap", "-F", written, "in", "out")
    first = (tmp_path / "out").read_bytes()[:64]
    assert recognise(first) is None
    assert describe(first).startswith("this is a capture of ")


def test_interfaces_that_mergecap_puts_together(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ethernet").write_bytes(pcap(FRAMES))
    (tmp_path / "raw").write_bytes(pcap([frame[14:] for frame in FRAMES], link=101, nano=True))
    run("mergecap", "-I", "none", "-w", "out", "ethernet", "raw")
    assert agree(run, tmp_path / "out").links == {1, 101}


def test_what_text2pcap_writes(run: Run, tmp_path: Path) -> None:
    dump = "\n".join(f"{at:06x} {FRAMES[2][at : at + 16].hex(' ')}" for at in range(0, len(FRAMES[2]), 16))
    run("text2pcap", "-", "out", stdin=dump + "\n")
    assert agree(run, tmp_path / "out").links == {1}


def test_secrets_that_editcap_puts_in(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(pcap(FRAMES))
    (tmp_path / "keys").write_text(f"CLIENT_RANDOM {'ab' * 32} {'cd' * 48}\n")
    run("editcap", "--inject-secrets", "tls,keys", "in", "out")
    (trouble,) = agree(run, tmp_path / "out").troubles
    assert trouble.text.startswith("it holds TLS keys, at byte")
    assert trouble.harmless


@pytest.mark.parametrize(
    "command",
    [
        ["tcpdump", "-i", "lo", "-c", "4", "--immediate-mode", "-w", "out"],
        ["tcpdump", "-i", "lo", "-c", "4", "--immediate-mode", "--nano", "-w", "out"],
        ["dumpcap", "-i", "lo", "-c", "4", "-w", "out"],
        ["dumpcap", "-i", "lo", "-c", "4", "-P", "-w", "out"],
    ],
)
def test_what_is_captured_here(run: Run, tmp_path: Path, command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1]
        only = [f"udp port {port}"] if command[0] == "tcpdump" else ["-f", f"udp port {port}"]
        with subprocess.Popen([*command, *only], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as capturing:
            for _ in range(10 * PATIENCE):
                sender.sendto(b"hello", ("127.0.0.1", port))
                try:
                    capturing.wait(0.1)
                    break
                except subprocess.TimeoutExpired:
                    continue
            capturing.kill()
            assert capturing.stderr is not None
            why = capturing.stderr.read()
    if capturing.returncode:
        pytest.skip(f"{command[0]} may not capture here: {why.strip().splitlines()[-1]}")
    assert not agree(run, tmp_path / "out").troubles


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_that_no_tool_writes(run: Run, tmp_path: Path, order: str) -> None:
    seconds = {0: 1, 3: 10**3, 7: 10**7, 9: 10**9, 10: 10**10, 0x80 | 4: 2**4, 0x80 | 20: 2**20, 0x80 | 33: 2**33}
    parts = [
        section(order),
        interface(101, order, snaplen=33, resolution=6, offset=0),
        simple(FRAMES[0][14:][:29], order),
    ]
    parts.append(simple(FRAMES[2][14:][:33], order, wire=328))
    for number, (resolution, units) in enumerate(seconds.items(), 1):
        parts.append(interface(1, order, resolution=resolution, offset=number * 1000 - 4000))
        ticks = START // 2 * units + (units * 2 // 3)
        parts.append(enhanced(FRAMES[number % 4], order, number=number, ticks=ticks, wire=999))
        parts.append(old(FRAMES[number % 4], order, number=number, ticks=ticks + 1))
    parts += [
        section("<"),
        interface(113, "<"),
        enhanced(FRAMES[1], "<"),
        section(">"),
        interface(1, ">"),
        old(FRAMES[0], ">"),
    ]
    path = tmp_path / "made"
    path.write_bytes(b"".join(parts))
    assert len(agree(run, path)) == 20


@pytest.mark.parametrize(
    "data",
    [
        old_pcap(FRAMES, version=(2, 2), wire_first=True, cut=9),
        old_pcap(FRAMES, version=(2, 3), wire_first=True, cut=9),
        old_pcap(FRAMES, version=(2, 3), cut=9, order=">"),
        old_pcap(FRAMES, magic=0xA1B2CD34, extra=8, order=">"),
        old_pcap(FRAMES, magic=0xA1B2CD34, extra=12, order=">"),
        old_pcap(FRAMES, extra=8, order=">"),
        snoop(FRAMES, padding=8),
    ],
)
def test_variants_that_no_tool_writes(run: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "made").write_bytes(data)
    agree(run, tmp_path / "made")

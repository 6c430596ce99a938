"""Each link layer that is read, by one frame of each kind."""

import shutil
import subprocess
from itertools import groupby
from pathlib import Path

import pytest

from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index
from parsers.capture.links.registry import LAYERS
from tests.parsers.capture.build import packets, payloads
from tests.parsers.capture.links.frames import SAID, SAMPLES, Sample, said


def test_every_link_type_that_is_read_has_a_sample() -> None:
    assert {sample.link for sample in SAMPLES} == {link for link in LAYERS if link >= 0}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.link))
def test_the_packets_are_found(sample: Sample) -> None:
    assert said(packets([sample.frame], link=sample.link)) == [SAID] * sample.packets


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.link))
def test_every_cut_is_survived(sample: Sample) -> None:
    cuts = [sample.frame[:cut] for cut in range(1, len(sample.frame))]
    found = packets(cuts, link=sample.link, wire=len(sample.frame))
    assert all(SAID.startswith(payload) for payload in payloads(found))


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Path, list[Sample]]:
    """A capture that Wireshark's tools made, with an interface for each link type that they know."""
    for tool in ("text2pcap", "mergecap", "tshark"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} on this machine")
    samples = [sample for sample in SAMPLES if sample.told]
    paths = []
    for link, group in groupby(samples, lambda sample: sample.link):
        dump = "".join(f"000000 {sample.frame.hex(' ')}\n" for sample in group)
        paths.append(tmp_path / f"{link}.pcap")
        command = ["text2pcap", "-q", "-F", "pcap", "-l", str(link), "-", str(paths[-1])]
        subprocess.run(command, input=dump.encode(), check=True, capture_output=True)
    subprocess.run(["mergecap", "-a", "-w", tmp_path / "mixed.pcapng", *paths], check=True)
    return tmp_path / "mixed.pcapng", samples


def test_tshark_finds_the_same_packets(mixed: tuple[Path, list[Sample]]) -> None:
    path, samples = mixed
    fields = ("frame.number", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "udp.srcport", "udp.dstport", "udp.length")
    command = ["tshark", "-r", str(path), "-T", "fields", *(part for field in fields for part in ("-e", field))]
    theirs = []
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        number, src, src6, dst, dst6, *numbers = (cell.split(",") if cell else [] for cell in line.split("\t"))
        columns = ([int(cell) for cell in column] for column in numbers)
        theirs += [(int(number[0]) - 1, *row) for row in zip(src + src6, dst + dst6, *columns, strict=True)]
    data = memoryview(path.read_bytes())
    found = decode(index(data), data)
    name = found.addresses.__getitem__
    length = (found.length + 8).tolist()
    ours = zip(
        found.number.tolist(),
        map(name, found.src.tolist()),
        map(name, found.dst.tolist()),
        found.sport.tolist(),
        found.dport.tolist(),
        length,
        strict=True,
    )
    assert list(ours) == theirs
    assert len(theirs) == sum(sample.packets for sample in samples)

"""Several captures opened together: the packets of all in the order of time, each with the capture it lies in."""

import gzip
import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from parsers import limits
from parsers.capture.captures import open_captures
from parsers.capture.extract import extract
from parsers.capture.pipeline import updates
from parsers.capture.timeline import Timeline, timeline
from parsers.source import LogSet
from parsers.updates import OpenError, Trouble
from tests.parsers.capture.build import START, ethernet, ipv4, udp
from tests.parsers.capture.test_zipped import plain
from tui.options import demo


def capture(times: Sequence[float], *, order: str = "<", link: int = 1, name: bytes = b"x") -> bytes:
    """A capture of one packet at each time after START; each packet tells its time."""
    made = struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for time in times:
        frame = ipv4(udp(name + str(time).encode(), dport=9999))
        frame = ethernet(frame) if link == 1 else frame
        seconds, fraction = divmod(time, 1)
        made += struct.pack(order + "IIII", START + int(seconds), int(fraction * 1e6), len(frame), len(frame)) + frame
    return made


def opened(folder: Path, **files: bytes) -> tuple[Timeline, list[bytes]]:
    """The timeline of files and the last bytes of its packets."""
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    captures = open_captures(paths)
    line = timeline(captures)
    index = line.index
    ends = [
        bytes(captures.data[o : o + c]).split(b"\0\0")[-1] for o, c in zip(index.offset, index.captured, strict=True)
    ]
    return line, ends


def logs(*paths: Path) -> LogSet:
    read = LogSet()
    read.read(updates(paths))
    return read


def rows(read: LogSet) -> dict[str, list[dict[str, object]]]:
    """Every log's rows, without the captures' names."""
    return {
        name: table.drop_columns("capture" if "capture" in table.column_names else []).to_pylist()
        for name, table in read.tables.items()
    }


def test_packets_come_in_the_order_of_time(tmp_path: Path) -> None:
    line, ends = opened(tmp_path, b=capture([2, 3, 9]), a=capture([1, 4, 5]), c=capture([0, 10]))
    assert ends == [b"x0", b"x1", b"x2", b"x3", b"x4", b"x5", b"x9", b"x10"]
    assert [line.name_of(number) for number in range(8)] == [str(tmp_path / name) for name in "cabbaabc"]


def test_each_capture_keeps_its_own_order(tmp_path: Path) -> None:
    _, ends = opened(tmp_path, a=capture([10, 5, 20]), b=capture([7, 12], name=b"y"))
    assert ends == [b"y7", b"x10", b"x5", b"y12", b"x20"]
    _, ends = opened(tmp_path, b=capture([3, 3], name=b"y"), a=capture([3]))
    assert ends == [b"y3", b"y3", b"x3"]


def test_a_single_capture_stays_as_it_is(tmp_path: Path) -> None:
    line, ends = opened(tmp_path, a=capture([10, 5, 20]))
    assert ends == [b"x10", b"x5", b"x20"]
    assert line.origin is None
    assert "capture" not in logs(tmp_path / "a").table("conn").column_names


def test_each_has_its_own_byte_order_link_type_and_packing(tmp_path: Path) -> None:
    line, ends = opened(
        tmp_path,
        little=capture([1, 4]),
        big=gzip.compress(capture([2, 5], order=">")),
        raw=gzip.compress(capture([3], link=101)),
        several=plain({"one": capture([0]), "two\x1b": capture([6])}),
    )
    assert ends == [b"x0", b"x1", b"x2", b"x3", b"x4", b"x5", b"x6"]
    assert line.index.link.tolist() == [1, 1, 1, 101, 1, 1, 1]
    read = logs(*(tmp_path / name for name in ("little", "big", "raw", "several")))
    (conn,) = read.table("conn").to_pylist()
    assert (conn["orig_pkts"], conn["capture"]) == (7, f"{tmp_path}/several/one")


def test_what_cannot_be_read_is_a_trouble_beside_what_can(tmp_path: Path) -> None:
    line, ends = opened(
        tmp_path,
        text=b"hello",
        cut=capture([1, 3])[:-1],
        good=capture([2]),
        foreign=capture([1], link=147),
        header=capture([1])[:10],
        empty=capture([]),
    )
    assert ends == [b"x1", b"x2"]
    at = len(capture([1, 3])) - 1
    troubles = {replace(trouble, text=trouble.text.partition(" are not read")[0]) for trouble in line.troubles}
    assert troubles == {
        Trouble(f"{tmp_path}/text: this looks like text, not a capture"),
        Trouble(f"{tmp_path}/cut: the capture is cut off in packet 2, at byte {at}; the one packet before it is shown"),
        Trouble(f"{tmp_path}/foreign: packets of link type 147 (USER0)"),
        Trouble(f"{tmp_path}/header: the capture is cut off in its header, at byte 10"),
        Trouble(f"{tmp_path}/empty: the capture holds no packets: nothing to show", harmless=True),
    }


def test_nothing_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"hello")
    (tmp_path / "header").write_bytes(capture([1])[:10])
    for names in (("text", "missing"), ("missing", "text"), ("header", "text"), ("text", "header")):
        with pytest.raises(OpenError, match=f"^{tmp_path}/"):
            logs(*(tmp_path / name for name in names))


def test_packets_and_captures_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CAPTURE_PACKETS", 3)
    monkeypatch.setattr(limits, "CAPTURES", 2)
    line, ends = opened(tmp_path, a=capture([1, 5]), b=capture([2, 3]), c=capture([4]))
    assert ends == [b"x1", b"x2", b"x3"]
    assert [trouble.text for trouble in line.troubles] == [
        f"{tmp_path}/c: left out, and 0 more: more than 2 captures are not opened together",
        f"{tmp_path}/a and 1 more: only the first 3 packets are read; cut the capture into pieces with editcap -c",
    ]


# --- the demonstration, in pieces


@pytest.fixture(scope="module")
def whole() -> LogSet:
    return logs(demo())


@pytest.fixture
def pieces(tmp_path: Path) -> list[Path]:
    """The demonstration dealt out to three files, packet by packet."""
    data = demo().read_bytes()
    parts, at, number = [data[:24]] * 3, 24, 0
    while at < len(data):
        end = at + 16 + int.from_bytes(data[at + 8 : at + 12], "little")
        parts[number % 3] += data[at:end]
        at, number = end, number + 1
    paths = [tmp_path / f"{number}.pcap" for number in range(3)]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(part)
    return paths


def run(*command: str | Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on this machine")
    subprocess.run(command, check=True, capture_output=True)


def test_pieces_give_the_same_logs_as_the_whole(pieces: list[Path], whole: LogSet) -> None:
    found = logs(*pieces)
    assert rows(found) == rows(whole)
    assert found.facts == whole.facts
    assert set(found.table("conn").column("capture").to_pylist()) == set(map(str, pieces))


def test_they_give_the_same_logs_as_what_mergecap_makes_of_them(pieces: list[Path], tmp_path: Path) -> None:
    run("mergecap", "-F", "pcap", "-w", tmp_path / "merged.pcap", *pieces)
    assert rows(logs(*pieces)) == rows(logs(tmp_path / "merged.pcap"))


def test_connections_that_span_rotated_files_are_one(tmp_path: Path, whole: LogSet) -> None:
    run("editcap", "-F", "pcap", "-c", "97", demo(), tmp_path / "rotated.pcap")
    paths = sorted(tmp_path.iterdir())
    assert len(paths) >= 3
    assert rows(logs(*paths)) == rows(logs(*reversed(paths))) == rows(whole)


def test_a_file_is_taken_out_of_several(pieces: list[Path], whole: LogSet) -> None:
    (pe,) = whole.table("pe").to_pylist()
    (row,) = (row for row in whole.table("files").to_pylist() if row["fuid"] == pe["id"])
    hosts = row["id.orig_h"], row["id.resp_h"]
    assert extract(pieces, None, pe["id"], hosts).content == extract([demo()], None, pe["id"], hosts).content


def test_names_of_captures_are_escaped(tmp_path: Path) -> None:
    paths = [tmp_path / "a\udcff", tmp_path / "b"]
    for path in paths:
        path.write_bytes(capture([1, 2]))
    column = logs(*paths).table("conn").column("capture")
    assert pa.types.is_dictionary(column.type)
    assert column.to_pylist() == [f"{tmp_path}/a\\xff"]

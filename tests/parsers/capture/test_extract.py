import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parsers.capture.extract import between, extract
from parsers.request import Request
from parsers.source import LogSet
from parsers.updates import OpenError, PasswordNeeded
from tests.parsers.capture.build import ethernet, ipv4, packets, payloads, udp
from tests.parsers.capture.test_zipped import zip_crypto
from tui.options import demo


@pytest.fixture(scope="module")
def row() -> dict[str, Any]:
    """The row in files.log of the executable of the demonstration."""
    from parsers.opening import updates

    logs = LogSet()
    logs.read(updates([demo()]))
    fuid = logs.table("pe")["id"][0].as_py()
    (found,) = (row for row in logs.table("files").to_pylist() if row["fuid"] == fuid)
    return dict(found)


@pytest.fixture
def hosts(row: dict[str, Any]) -> tuple[str, str]:
    return row["id.orig_h"], row["id.resp_h"]


def test_the_bytes_of_a_file(row: dict[str, Any], hosts: tuple[str, str]) -> None:
    kept = extract([demo()], None, row["fuid"], hosts)
    assert kept.content.startswith(b"MZ")
    assert (len(kept.content), kept.holes, kept.is_cut) == (row["seen_bytes"], [], False)
    assert extract([demo()], None, row["fuid"], hosts[::-1]).content == kept.content


def test_a_file_that_is_not_there(row: dict[str, Any], hosts: tuple[str, str], tmp_path: Path) -> None:
    gone = "is not in it any more; has the capture changed?"
    with pytest.raises(OpenError, match=f"{demo()}: the file Fnone {gone}"):
        extract([demo()], None, "Fnone", hosts)
    with pytest.raises(OpenError, match=gone):
        extract([demo()], None, row["fuid"], ("10.9.9.9", "not an address"))
    with pytest.raises(OpenError, match="there is no such file"):
        extract([tmp_path / "gone.pcap"], None, row["fuid"], hosts)


def test_a_capture_that_is_locked(row: dict[str, Any], hosts: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(zip_crypto(demo().read_bytes()))
    assert extract([path], b"infected", row["fuid"], hosts).content.startswith(b"MZ")
    with pytest.raises(PasswordNeeded):
        extract([path], b"wrong", row["fuid"], hosts)


def test_packets_between_two_hosts() -> None:
    ends = [("10.0.0.1", "10.0.0.2"), ("10.0.0.2", "10.0.0.1"), ("10.0.0.1", "10.0.0.3"), ("10.0.0.3", "10.0.0.2")]
    frames = [ethernet(ipv4(udp(bytes([n])), src=src, dst=dst)) for n, (src, dst) in enumerate(ends)]
    found = between(packets(frames), ("10.0.0.1", "10.0.0.2"))
    assert payloads(found) == [b"\0", b"\1"]
    assert np.diff(found.ts).tolist() == [10**9 + 1000]


def program(path: Path, *arguments: str) -> tuple[dict[str, Any], bytes]:
    command = [sys.executable, "-P", "-m", "parsers.capture.extract", *arguments]
    done = subprocess.run(command, input=Request.of([path], None).written(), capture_output=True, check=True)
    assert done.stderr == b""
    head, _, content = done.stdout.partition(b"\n")
    return json.loads(head), content


def test_as_a_program(row: dict[str, Any], hosts: tuple[str, str], tmp_path: Path) -> None:
    head, content = program(demo(), row["fuid"], *hosts)
    assert head == {"holes": [], "cut": False}
    assert content.startswith(b"MZ")
    assert program(tmp_path, "F", *hosts) == ({"error": f"{tmp_path}: this is a folder, not a capture"}, b"")

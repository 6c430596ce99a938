import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.files import shared
from parsers.files.analysis import File, Files
from parsers.files.record import RECORD
from parsers.protocols.analyzer import Connection, Rows

SECOND = 1_000_000_000
HERE = Connection("C1", "10.0.0.1", 1000, "198.18.0.1", 80, "tcp", 0)
THERE = Connection("C2", "10.0.0.1", 1001, "9.9.9.9", 80, "tcp", 0)


class Told:
    """A listener that remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str | None]] = []

    def opened(self, file: File) -> None:
        self.events.append((file.fuid, file.filename))

    def sniffed(self, file: File) -> None:
        self.events.append(("sniffed", file.mime_type))


def opened(files: Files, **about: Any) -> File:
    return files.open("handle", "HTTP", HERE, False, 5 * SECOND, **about)


def rows(files: Files, record: str = "files") -> list[dict[str, Any]]:
    entry = files.rows.by_record.get(record)
    return [dict(zip(entry[0].names, row, strict=True)) for row in entry[1]] if entry else []


@pytest.fixture
def files() -> Files:
    return Files(Rows())


def test_a_whole_file_has_a_row(files: Files) -> None:
    file = opened(files, filename="a.txt", total_bytes=11)
    file.data(b"hello ", 6 * SECOND)
    file.data(b"world", 7 * SECOND, 8 * SECOND)
    (row,) = rows(files)
    assert file.done
    assert row == {
        "ts": 5 * SECOND,
        "fuid": file.fuid,
        "uid": "C1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 1000,
        "id.resp_h": "198.18.0.1",
        "id.resp_p": 80,
        "source": "HTTP",
        "depth": 0,
        "analyzers": [],
        "mime_type": "text/plain",
        "filename": "a.txt",
        "duration": 3 * SECOND,
        "local_orig": True,
        "is_orig": False,
        "seen_bytes": 11,
        "total_bytes": 11,
        "missing_bytes": 0,
        "overflow_bytes": 0,
        "timedout": False,
        "parent_fuid": None,
        "md5": hashlib.md5(b"hello world").hexdigest(),
        "sha1": hashlib.sha1(b"hello world").hexdigest(),
        "sha256": hashlib.sha256(b"hello world").hexdigest(),
        "extracted": None,
        "extracted_cutoff": None,
        "extracted_size": None,
    }
    assert list(row) == RECORD.names


def test_a_file_without_bytes_has_no_hash_and_no_type(files: Files) -> None:
    opened(files).close(6 * SECOND)
    (row,) = rows(files)
    assert (row["md5"], row["mime_type"], row["seen_bytes"]) == (None, None, 0)


def test_a_hole_leaves_no_hash(files: Files) -> None:
    file = opened(files)
    file.data(b"MZ and more", 5 * SECOND)
    file.gap(100, 6 * SECOND)
    assert file.mime_type == "application/x-dosexec"
    file.data(b"rest", 7 * SECOND)
    file.close(8 * SECOND)
    (row,) = rows(files)
    assert (row["seen_bytes"], row["missing_bytes"], row["md5"], row["analyzers"]) == (15, 100, None, ["PE"])


def test_a_hole_at_the_beginning_leaves_no_type(files: Files) -> None:
    file = opened(files)
    file.gap(10, 6 * SECOND)
    file.data(b"%PDF-1.7", 7 * SECOND)
    file.close(8 * SECOND)
    assert rows(files)[0]["mime_type"] is None


@pytest.mark.parametrize("step", [1, 7, 5000])
def test_the_type_is_found_at_4096_bytes_or_at_the_end(files: Files, step: int) -> None:
    told = Told()
    file = opened(files, listener=told)
    content = b"%PDF-" + bytes(4092)
    for place in range(0, 4095, step):
        file.data(content[place : min(place + step, 4095)], 5 * SECOND)
    assert told.events == [(file.fuid, None)]
    file.data(content[4095:], 5 * SECOND)
    assert file.mime_type == "application/pdf"
    assert told.events == [(file.fuid, None), ("sniffed", "application/pdf")]


def test_ranges_in_any_order_are_one_file(files: Files) -> None:
    first = opened(files, total_bytes=15)
    first.data_at(10, b"again", 6 * SECOND)
    second = files.open("handle", "HTTP", THERE, False, 7 * SECOND, total_bytes=15)
    assert first is second
    second.data_at(0, b"hello world"[:5], 8 * SECOND)
    second.data_at(3, b"XX wo", 9 * SECOND)
    second.data_at(8, b"?!", 9 * SECOND)
    assert [row["uid"] for row in rows(files)] == ["C1", "C2"]
    assert {row["sha256"] for row in rows(files)} == {hashlib.sha256(b"hello wo?!again").hexdigest()}
    assert {row["local_orig"] for row in rows(files)} == {False}


def ranges(files: Files) -> None:
    """Three parts of a file on two connections; the one that is looked at first brought the middle, and came second."""
    late = files.open("url", "HTTP", THERE, False, 7 * SECOND, shared=True, total_bytes=1_500_000)
    late.data_at(700_000, b"b" * 700_000, 7 * SECOND, 8 * SECOND)
    early = files.open("url", "HTTP", HERE, False, 5 * SECOND, shared=True, total_bytes=1_500_000)
    early.data_at(0, b"a" * 700_000, 5 * SECOND, 6 * SECOND)
    early.data_at(1_400_000, b"c" * 100_000, 9 * SECOND, 9 * SECOND)


def test_parts_on_several_connections_are_put_into_the_order_of_time(files: Files) -> None:
    ranges(files)
    assert not rows(files)
    files.finish()
    content = b"a" * 700_000 + b"b" * 700_000 + b"c" * 100_000
    assert [(row["uid"], row["ts"], row["duration"]) for row in rows(files)] == [
        ("C1", 5 * SECOND, 4 * SECOND),
        ("C2", 5 * SECOND, 4 * SECOND),
    ]
    assert {row["sha256"] for row in rows(files)} == {hashlib.sha256(content).hexdigest()}
    assert {(row["missing_bytes"], row["overflow_bytes"], row["timedout"]) for row in rows(files)} == {(0, 0, False)}


def test_parts_that_are_too_many_to_remember_stand_as_they_came(monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    monkeypatch.setattr(shared, "SHARED_FILE_BYTES", 1000)
    ranges(files)
    files.finish()
    assert rows(files)
    assert {row["sha256"] for row in rows(files)} == {None}


def test_the_whole_of_a_shared_file_is_kept() -> None:
    name = Files(Rows()).open("url", "HTTP", HERE, False, 0).fuid
    files = Files(Rows(), keep=name)
    ranges(files)
    files.finish()
    assert files.kept is not None
    assert (len(files.kept.content), files.kept.holes) == (1_500_000, [])


def test_a_shared_file_of_one_connection_is_as_any_other(files: Files) -> None:
    file = opened(files, shared=True)
    file.gap(3, 5 * SECOND)
    file.data(b"hello", 6 * SECOND)
    file.close(7 * SECOND)
    files.finish()
    assert [(row["uid"], row["seen_bytes"], row["missing_bytes"]) for row in rows(files)] == [("C1", 5, 3)]


def test_bytes_after_the_end_are_a_new_file_of_the_same_name(files: Files) -> None:
    told = Told()
    file = opened(files, total_bytes=5, listener=told)
    file.data(b"hello", 6 * SECOND)
    file.data(b"more", 7 * SECOND)
    file.close(8 * SECOND)
    assert [(row["ts"], row["seen_bytes"], row["fuid"]) for row in rows(files)] == [
        (5 * SECOND, 5, file.fuid),
        (7 * SECOND, 4, file.fuid),
    ]
    assert [event for event in told.events if event[0] == file.fuid] == [(file.fuid, None)] * 2


def test_a_hole_too_wide_to_wait_for_is_given_up(files: Files) -> None:
    file = opened(files)
    file.data_at(100, bytes(600_000), 6 * SECOND)
    file.data_at(700_100, b"x", 6 * SECOND)
    file.close(7 * SECOND)
    (row,) = rows(files)
    assert (row["overflow_bytes"], row["missing_bytes"], row["seen_bytes"]) == (100, 100_100, 600_001)


def test_a_quiet_file_is_given_up(files: Files) -> None:
    file = opened(files)
    file.data(b"hello", 6 * SECOND)
    file.data(b"hello", 244 * SECOND)
    assert not rows(files)
    file.data(b"hello", 500 * SECOND)
    file.close(500 * SECOND)
    assert [(row["timedout"], row["seen_bytes"]) for row in rows(files)] == [(True, 10), (False, 5)]


def test_quiet_is_noticed_when_a_packet_comes() -> None:
    files = Files(Rows(), times=np.array([5 * SECOND, 130 * SECOND, 249 * SECOND, 300 * SECOND]))
    file = opened(files)
    file.data(b"a", 11 * SECOND)
    file.data(b"b", 249 * SECOND)
    file.close(300 * SECOND)
    assert [row["timedout"] for row in rows(files)] == [False]


def test_files_that_are_open_at_the_end_were_given_up(files: Files) -> None:
    opened(files).data(b"hello", 6 * SECOND)
    files.finish()
    assert [row["timedout"] for row in rows(files)] == [True]


def test_a_protocol_may_fix_the_type(files: Files) -> None:
    told = Told()
    file = opened(files, mime_type="application/ocsp-response", listener=told)
    file.data(b"%PDF-1.7", 6 * SECOND)
    file.fix_type("text/plain")
    file.close(7 * SECOND)
    (row,) = rows(files)
    assert (row["mime_type"], row["analyzers"]) == ("application/ocsp-response", ["OCSP_REPLY"])
    assert told.events[1:] == [("sniffed", "application/ocsp-response")]


def test_a_certificate_is_not_listed_as_a_file(files: Files) -> None:
    opened(files, mime_type="application/x-x509-user-cert").close(7 * SECOND)
    assert not rows(files)


def test_a_program_is_in_both_logs(files: Files) -> None:
    coff = b"PE\0\0\x4c\x01\x00\x00" + bytes(16)
    file = opened(files)
    file.data(b"MZ" + bytes(58) + b"\x40\0\0\0" + coff, 6 * SECOND)
    file.close(7 * SECOND)
    assert [(row["id"], row["machine"], row["ts"]) for row in rows(files, "pe")] == [(file.fuid, "I386", 5 * SECOND)]


def test_the_bytes_of_one_file_are_kept() -> None:
    name = opened(Files(Rows())).fuid
    files = Files(Rows(), keep=name)
    files.open("other", "HTTP", HERE, False, SECOND).data(b"other", SECOND)
    nothing = files.kept
    assert nothing is None
    file = opened(files)
    file.data(b"hello", 6 * SECOND)
    file.gap(3, 7 * SECOND)
    file.data(b"world", 8 * SECOND)
    file.close(9 * SECOND)
    assert files.kept is not None
    assert (files.kept.content, files.kept.holes, files.kept.is_cut) == (b"hello\0\0\0world", [(5, 3)], False)


def test_a_file_of_no_connection_has_no_ends(files: Files) -> None:
    files.open("local", "DISK", None, None, SECOND).close(SECOND)
    (row,) = rows(files)
    assert (row["uid"], row["id.orig_h"], row["is_orig"], row["local_orig"]) == (None, None, None, None)


pieces = st.one_of(
    st.tuples(st.just("data"), st.binary(max_size=40), st.just(0)),
    st.tuples(st.just("at"), st.binary(max_size=40), st.integers(0, 200)),
    st.tuples(st.just("gap"), st.just(b""), st.integers(0, 200)),
    st.tuples(st.just("size"), st.just(b""), st.integers(0, 200)),
    st.tuples(st.just("close"), st.just(b""), st.just(0)),
)


@settings(max_examples=60)
@given(st.lists(pieces, max_size=20), st.integers(0, 100))
def test_any_order_of_calls(calls: list[tuple[str, bytes, int]], step: int) -> None:
    files = Files(Rows())
    file, ts = opened(files), 5 * SECOND
    for what, data, number in calls:
        ts += step * SECOND
        match what:
            case "data":
                file.data(data, ts)
            case "at":
                file.data_at(number, data, ts)
            case "gap":
                file.gap(number, ts)
            case "size":
                file.size(number, ts)
            case _:
                file.close(ts)
    files.finish()
    for row in rows(files):
        assert row["seen_bytes"] >= 0
        assert row["missing_bytes"] >= 0
        assert row["duration"] >= 0


def test_a_program_that_is_none_is_told_of(files: Files) -> None:
    file = opened(files)
    file.data(b"MZ" + bytes(40), 5 * SECOND)
    file.data(bytes(40), 6 * SECOND)
    file.data(bytes(40), 7 * SECOND)
    file.close(8 * SECOND)
    (row,) = rows(files, "analyzer")
    assert (row["ts"], row["analyzer_kind"], row["analyzer_name"]) == (8 * SECOND, "file", "PE")
    assert (row["uid"], row["fuid"], row["id.resp_p"], row["proto"]) == ("C1", file.fuid, 80, None)
    assert row["failure_reason"] == "Binpac exception: binpac exception: &enforce violation : " + (
        "DOS_Header:AddressOfNewExeHeader"
    )

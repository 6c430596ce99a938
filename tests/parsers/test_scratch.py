"""Arrays and rows beside memory."""

import errno
import os
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from parsers import scratch
from parsers.updates import OpenError

EITHER = pytest.mark.parametrize("most", [0, 1 << 20])


@EITHER
def test_an_array_begins_with_zeros_and_can_be_written(most: int) -> None:
    made = scratch.array(10, np.int32, most)
    assert made.tolist() == [0] * 10
    made[3] = 7
    assert made.sum() == 7


@pytest.mark.parametrize("count", [0, 1])
def test_small_arrays(count: int) -> None:
    assert len(scratch.mapped(count, np.int64)) == count


def test_forked_processes_share_what_is_mapped() -> None:
    made = scratch.mapped(1, np.int64)
    child = os.fork()
    if not child:
        made[0] = 5
        os._exit(0)
    os.waitpid(child, 0)
    assert made[0] == 5


@EITHER
def test_numbers_that_come_in_pieces(most: int) -> None:
    numbers = scratch.Numbers(np.int32, most)
    for start in range(0, 30, 10):
        numbers.add(np.arange(start, start + 10))
    found = numbers.whole()
    assert found.dtype == np.int32
    assert found.tolist() == list(range(30))


@EITHER
def test_no_numbers(most: int) -> None:
    numbers = scratch.Numbers(np.int32, most)
    numbers.add(np.zeros(0, np.int64))
    assert numbers.whole().tolist() == []


@EITHER
def test_rows_that_come_in_tables(most: int) -> None:
    rows = scratch.Rows(most)
    for text in ("a", "b"):
        rows.add(pa.table({"t": pa.array([text, None]).dictionary_encode(), "n": [1, 2]}))
    assert len(rows) == 4
    assert pa.concat_tables(rows.tables).column("t").to_pylist() == ["a", None, "b", None]


def test_a_dictionary_for_each_piece() -> None:
    pieces = [pa.array([text]).dictionary_encode() for text in ("a", "b", "a")]
    assert scratch.spilled(pa.table({"t": pa.chunked_array(pieces)})).column("t").to_pylist() == ["a", "b", "a"]


def test_files_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert scratch.folder() == tmp_path
    monkeypatch.delenv("TMPDIR")
    assert scratch.folder().is_dir()


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OpenError, match=r"No space left.*TMPDIR"):
        scratch.mapped(10, np.int64)

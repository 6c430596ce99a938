"""Packed logs are unpacked while what came before is parsed."""

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from parsers import limits, packing
from parsers.updates import Batch
from parsers.zeek import tsv
from parsers.zeek.jobs import Faults
from parsers.zeek.reader import read
from parsers.zeek.rows import Section
from parsers.zeek.rows import table as parse
from tests.parsers.zeek.logs import log, values

ROWS = 20_000
SECONDS = 30


def test_the_next_lines_are_unpacked_while_some_are_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 4000)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 4000)
    path = tmp_path / "conn.log.gz"
    path.write_bytes(gzip.compress(log("a", "count", *map(str, range(ROWS)), path="conn").encode()))
    parsing, went_on = threading.Event(), threading.Event()
    unpacking_threads: set[int] = set()
    waited: list[bool] = []
    blocks = 0

    def unpacked(file: BinaryIO) -> Iterator[bytes]:
        for piece in packing.unpacking.unpacked(file):
            for start in range(0, len(piece), 4000):
                unpacking_threads.add(threading.get_ident())
                if parsing.is_set():
                    went_on.set()
                yield piece[start : start + 4000]

    def table(section: Section) -> tuple[object, Faults]:
        nonlocal blocks
        blocks += 1
        if blocks == 5:
            # Parsed one after the other, nothing would be unpacked before this returns.
            parsing.set()
            waited.append(went_on.wait(SECONDS))
            assert threading.get_ident() not in unpacking_threads
        return parse(section)

    monkeypatch.setattr(packing, "unpacked", unpacked)
    monkeypatch.setattr(tsv, "table", table)
    batches = [update.table for update in read(path) if isinstance(update, Batch)]
    assert [cell for batch in batches for cell in values(batch, "a")] == list(range(ROWS))
    assert waited == [True]

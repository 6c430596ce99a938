"""Zeek's ASCII logs, written: NAME.log for each table, as Zeek's own writer puts them.

Source: Zeek, src/logging/writers/ascii/Ascii.cc.
"""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape, limits
from parsers.schema import zeek_type
from parsers.zeek.cells import EMPTY, SEPARATOR, SET_SEPARATOR, UNBOUNDED, UNSET, Bounds, cells, cut

# Rows that are formatted at once: the strings of so many stay in the processor's cache.
_ROWS = 1 << 15


def write(folder: Path, logs: Mapping[str, pa.Table], now: datetime | None = None, *, whole: bool = False) -> None:
    """Write NAME.log into the folder for each table that has rows, all of them or none.

    The folder is made where it is missing. Nothing is ever overwritten: FileExistsError when one of the files is
    there already. `now` stands in `#open` and `#close`. Strings and sets are cut where Zeek cuts them, but not where
    all is wanted `whole`, as of logs that were read from a folder.
    """
    stamp = (now or datetime.now().astimezone()).strftime("%Y-%m-%d-%H-%M-%S")
    targets = {name: folder / f"{name}.log" for name, table in logs.items() if table.num_rows}
    for name, target in targets.items():
        if not name or name != Path(name).name:
            raise ValueError(f"{name!r} is no name of a log")
        if target.exists():
            raise FileExistsError(f"{target.name} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as unfinished:
        for name, target in targets.items():
            with (Path(unfinished) / target.name).open("wb") as file:
                _write_log(file, name, logs[name], stamp, UNBOUNDED if whole else Bounds.of(name))
        for target in targets.values():
            (Path(unfinished) / target.name).rename(target)


def _write_log(file: BinaryIO, name: str, table: pa.Table, stamp: str, bounds: Bounds) -> None:
    file.write(_head(name, table.schema, stamp).encode())
    batches = table.to_batches(max_chunksize=_ROWS)
    with ThreadPoolExecutor(limits.WRITING_THREADS) as pool:
        for some in (batches[i : i + 16] for i in range(0, len(batches), 16)):
            file.writelines(pool.map(_lines, some, repeat(bounds)))
    file.write(f"#close\t{stamp}\n".encode())


def _head(name: str, schema: pa.Schema, stamp: str) -> str:
    lines = {
        "set_separator": SET_SEPARATOR,
        "empty_field": EMPTY,
        "unset_field": UNSET,
        "path": name,
        "open": stamp,
        "fields": SEPARATOR.join(escape.zeek(name) for name in schema.names),
        "types": SEPARATOR.join(escape.zeek(zeek_type(field)) for field in schema),
    }
    return "#separator \\x09\n" + "".join(f"#{key}\t{value}\n" for key, value in lines.items())


def _lines(batch: pa.RecordBatch, bounds: Bounds) -> memoryview:
    """The rows of a batch as they stand in the file."""
    columns = [cells(column, bounds.string) for column in _containers_cut(batch, bounds)]
    # A row that begins like a header line is escaped there.
    if pc.any(pc.starts_with(columns[0], "#")).as_py():
        columns[0] = pc.replace_substring_regex(columns[0], "^#", r"\\x23")
    columns[-1] = pc.binary_join_element_wise(columns[-1], "", "\n")
    rows = pc.binary_join_element_wise(*columns, SEPARATOR)
    _, offsets, data = rows.buffers()
    places = np.frombuffer(offsets, np.int32)
    return memoryview(data)[places[rows.offset] : places[rows.offset + len(rows)]]


def _containers_cut(batch: pa.RecordBatch, bounds: Bounds) -> Iterator[pa.Array]:
    used = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if not pa.types.is_list(column.type):
            yield column
            continue
        lengths = pc.list_value_length(column).fill_null(0).to_numpy().astype(np.int64)
        allowed = np.minimum(np.minimum(lengths, bounds.elements), bounds.row_elements - used)
        used += allowed
        yield cut(column, allowed) if (allowed < lengths).any() else column

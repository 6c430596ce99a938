"""Filters, sorts and pages of many rows, in a process of its own: `python -m tests.benchmarks.row_work ROWS`.

It tells in JSON, for each piece of work: its name, its seconds, what it is measured against, the seconds of that,
how many rows came of it. Each is the best of several, for a process that has just grown is slow at first.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import query, schema
from parsers.protocols.conn import RECORD
from parsers.query.order import order
from tests.benchmarks.inputs.conn_rows import conn_rows
from tui.view import View

Told: TypeAlias = tuple[str, float, str, float, int]

_TIMES = 2
_PAGES, _PAGE = 40, 50


def main(rows: int) -> Iterator[Told]:
    """Each piece of work on so many rows."""
    table = conn_rows(rows)
    yield from _filters(table)
    yield from _sorts(table)
    yield _pages(table)


def _filters(table: pa.Table) -> Iterator[Told]:
    beside: dict[str, Callable[[], Any]] = {
        "id.resp_p == 22": lambda: pc.equal(table["id.resp_p"], pa.scalar(22, pa.uint16())),
        "id.orig_h == 10.1.0.0/16": lambda: pc.equal(_codes(table["id.orig_h"]), 7),
        'service == "ssl" and orig_bytes > 1000': lambda: pc.greater(table["orig_bytes"], 1000),
        'uid contains "ABC"': lambda: pc.match_substring(table["uid"], "ABC"),
        "dns": lambda: pc.match_substring(table["uid"], "dns"),
    }
    for text, bare in beside.items():
        wanted = query.parse(text, schema.types(table))
        seconds, found = _timed(partial(query.rows, wanted, table))
        its, _ = _timed(partial(_places, bare))
        yield f"filter: {text}", seconds, "bare Arrow, one column", its, len(found)


def _sorts(table: pa.Table) -> Iterator[Told]:
    beside: dict[str, Callable[[], pa.ChunkedArray]] = {
        "ts": lambda: table["ts"],
        "orig_bytes": lambda: table["orig_bytes"],
        "id.orig_h": lambda: _codes(table["id.orig_h"]),
    }
    for name, bare in beside.items():
        seconds, found = _timed(partial(order, table, name, descending=True))
        its, _ = _timed(partial(_order, bare))
        yield f"sort: {name}", seconds, "bare Arrow, one column", its, len(found)


def _pages(table: pa.Table) -> Told:
    """Pages all over a sorted view, every cell as text."""
    view = View.of(RECORD.name, table, RECORD).chosen(order(table, "orig_bytes"), "", None)
    starts = np.linspace(0, max(len(view) - _PAGE, 0), _PAGES).astype(int).tolist()

    def ours() -> int:
        places = [place for start in starts for place in range(start, min(start + _PAGE, len(view)))]
        return sum(len([column.text(view.at(place)) for column in view.columns]) > 0 for place in places)

    def bare() -> int:
        assert view.rows is not None
        return sum(len(table.take(view.rows[start : start + _PAGE]).to_pylist()) for start in starts)

    seconds, shown = _timed(ours)
    its, _ = _timed(bare)
    return f"page: {_PAGE} rows, all columns", seconds / _PAGES, "bare Arrow take", its / _PAGES, shown


def _places(mask: Callable[[], Any]) -> Any:
    return pc.indices_nonzero(mask())


def _order(column: Callable[[], Any]) -> Any:
    return pc.array_sort_indices(column(), order="descending")


def _codes(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks().indices


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    best, made = float("inf"), None
    for _ in range(_TIMES):
        start = time.perf_counter()
        made = work()
        best = min(best, time.perf_counter() - start)
    return best, made


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list(main(int(sys.argv[1])))))

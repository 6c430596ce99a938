"""Rows put in order by keys that Arrow can compare: at once where they fit into memory, else in merged runs."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import total_ordering
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import scratch
from parsers.cancelling import CalledOffError, Cancelled
from parsers.places import Places
from parsers.query.numbers import sorted_numbers

# Beside its keys a row in a run has its number.
ROW = "row"
# Samples of a run for each part that the merge goes in: with more of them the parts differ less in size.
_SAMPLES = 4
# What decides where a row stands: its keys, then its number.
_Place = tuple[Any, ...]


def sorted_places(keys: pa.Table, descending: Sequence[bool]) -> npt.NDArray[np.integer[Any]]:
    """The places of rows in the order of their keys: unset ones last, equal ones as they are."""
    if keys.num_columns == 1:
        found = sorted_numbers(keys.column(0), descending[0])
        if found is not None:
            return found
    directions = ["descending" if down else "ascending" for down in descending]
    named = keys.rename_columns([str(place) for place in range(keys.num_columns)])
    return np.asarray(pc.sort_indices(named, list(zip(named.column_names, directions, strict=True))).to_numpy())


class Runs:
    """Rows in runs, each in order, that are merged part by part: a part is about as large as a run.

    Runs are in memory together, or in a file each.
    """

    def __init__(self, descending: Sequence[bool], cancelled: Cancelled, *, in_files: bool) -> None:
        self._descending = descending
        self._in_files = in_files
        self._cancelled = cancelled
        self._runs: list[pa.Table] = []

    def add(self, keys: pa.Table) -> None:
        """The next rows, with their numbers in `ROW`: those are greater than all that came before."""
        self._check()
        order = sorted_places(keys.drop_columns([ROW]), self._descending)
        run = keys.take(pa.array(order))
        self._runs.append(scratch.spilled(run) if self._in_files else run)

    def merged(self) -> Iterator[pa.Array]:
        """The numbers of all rows in order. Raises CalledOffError once nobody waits for them."""
        bounds = [
            [bisect_left(_Places(run, self._descending), split) for run in self._runs] for split in self._splits()
        ]
        for first, last in pairwise([[0] * len(self._runs), *bounds, [len(run) for run in self._runs]]):
            self._check()
            parts = [run.slice(low, high - low) for run, low, high in zip(self._runs, first, last, strict=True)]
            part = pa.concat_tables(parts).combine_chunks()
            order = sorted_places(part.drop_columns([ROW]), self._descending)
            yield part.column(ROW).combine_chunks().take(pa.array(order))

    def _splits(self) -> list[_Place]:
        """Where the merge is cut: places that lie as far apart as a run is long."""
        count = _SAMPLES * len(self._runs)
        places = (_Places(run, self._descending) for run in self._runs)
        samples = sorted(place[number * len(place) // count] for place in places for number in range(count))
        return samples[count::count]

    def _check(self) -> None:
        if self._cancelled():
            raise CalledOffError


class _Places(Sequence[_Place]):
    """Where each row of a run stands, as something that Python compares."""

    def __init__(self, run: pa.Table, descending: Sequence[bool]) -> None:
        self._rows = run.column(ROW)
        self._columns = list(zip(run.drop_columns([ROW]).columns, descending, strict=True))

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: Any) -> _Place:
        cells = (_cell(column[row].as_py(), down) for column, down in self._columns)
        return (*cells, self._rows[row].as_py())


def _cell(value: Any, down: bool) -> tuple[int, Any]:
    """Unset cells stand behind all others, before them what is no number; whichever way the others go."""
    if value is None:
        return 2, None
    if value != value:  # noqa: PLR0124  only what is no number differs from itself
        return 1, None
    return 0, _Downward(value) if down else value


@total_ordering
class _Downward:
    """A value that stands before all lesser ones."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Downward) and bool(self._value == other._value)

    def __lt__(self, other: "_Downward") -> bool:
        return bool(other._value < self._value)

    def __hash__(self) -> int:
        return hash(self._value)


def in_runs(parts: Iterable[pa.Table], most: int, runs: Runs) -> Iterator[pa.Array]:
    """The numbers of rows in order; their keys come with them, and those of a run take at most so many bytes."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        if sum(each.nbytes for each in waiting) >= most:
            runs.add(pa.concat_tables(waiting).combine_chunks())
            waiting.clear()
    if waiting:
        runs.add(pa.concat_tables(waiting).combine_chunks())
    return runs.merged()


def written(parts: Iterable[pa.Array], count: int, kind: npt.DTypeLike, most: int) -> Places:
    """So many numbers behind one another, in memory up to `most` bytes, else in a file."""
    made = scratch.array(count, kind, most)
    start = 0
    for part in parts:
        made[start : start + len(part)] = part.to_numpy()
        start += len(part)
    return made

"""What the shards of a part of a capture came to, in a file, until all parts are there.

An Arrow file with a row for each thing that is told of a shard: the shard's number, what it is, of which log, and its
body: a table as an Arrow stream, or a text.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from parsers.capture.analysis import Analysis
from parsers.capture.decoded import Decoded
from parsers.capture.flows import Shard
from parsers.capture.workers import Lost, share_out
from parsers.schema import packed, unpacked

_SCHEMA = pa.schema(
    [
        ("shard", pa.int64()),
        ("kind", pa.string()),
        ("log", pa.string()),
        ("body", pa.large_binary()),
    ]
)
_TABLE, _TROUBLE, _LOST = "table", "trouble", "lost"


def numbers(shards: int, part: int, parts: int) -> range:
    """Which of so many shards belong to a part; neighbours, which may be alike, go to different ones."""
    return range(part, shards, parts)


def write(file: Path, decoded: Decoded, chosen: Sequence[int]) -> None:
    """Analyse the shards of these numbers, one after the other, into a file."""
    places = {id(shard): number for number, shard in enumerate(decoded.shards)}
    shards = [decoded.shards[number] for number in chosen]
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, _SCHEMA) as writer:
        for shard, analysis in share_out(decoded.analysis, shards, alone=True):
            told = [(places[id(shard)], *each) for each in _told(analysis)]
            if told:
                writer.write_batch(pa.record_batch([list(column) for column in zip(*told, strict=True)], _SCHEMA))


def _told(analysis: Analysis | Lost) -> Iterator[tuple[str, str, bytes]]:
    if isinstance(analysis, Lost):
        yield _LOST, "", analysis.why.encode("utf-8", "surrogatepass")
        return
    for log, table in analysis.tables.items():
        yield _TABLE, log, packed(table).to_pybytes()
    for text in analysis.troubles:
        yield _TROUBLE, "", text.encode("utf-8", "surrogatepass")


def read(
    files: Sequence[Path], lost: Mapping[int, str], shards: Sequence[Shard]
) -> Iterator[tuple[Shard, Analysis | Lost]]:
    """What became of each shard, in their order, as if one worker had done them; of parts that were `lost`, why."""
    found: dict[int, Analysis | Lost] = {}
    for part, file in enumerate(files):
        chosen = numbers(len(shards), part, len(files))
        if part in lost:
            # As one: it is lost for one reason.
            yield Shard(0, 0, sum(shards[number].packets for number in chosen)), Lost(lost[part])
        else:
            found |= {number: Analysis() for number in chosen}
            _read(file, found)
    for number, analysis in sorted(found.items(), key=lambda item: item[0]):
        yield shards[number], analysis


def _read(file: Path, found: dict[int, Analysis | Lost]) -> None:
    """Add what a file tells; its tables stay in the file, which is mapped."""
    with pa.memory_map(str(file)) as source:
        for number, kind, log, body in _rows(pa.ipc.open_file(source)):
            analysis = found[number]
            if kind == _LOST:
                found[number] = Lost(_text(body))
            elif isinstance(analysis, Analysis) and kind == _TABLE:
                analysis.tables[log] = unpacked(body)
            elif isinstance(analysis, Analysis):
                analysis.troubles.append(_text(body))


def _rows(source: pa.ipc.RecordBatchFileReader) -> Iterator[tuple[int, str, str, pa.Buffer]]:
    for place in range(source.num_record_batches):
        columns = source.get_batch(place).columns
        yield from zip(
            *(column.to_pylist() for column in columns[:3]), (cell.as_buffer() for cell in columns[3]), strict=True
        )


def _text(body: pa.Buffer) -> str:
    return bytes(body).decode("utf-8", "surrogatepass")

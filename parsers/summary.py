"""What was read, in one line a log: its name, its rows, its first and last time."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc


def lines(logs: Mapping[str, pa.Table]) -> list[str]:
    """One line a log, in the mapping's order; times are UTC, `-` where the log has none."""
    cells = [(name, str(table.num_rows), *_span(table)) for name, table in logs.items()]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [_line(row, widths) for row in cells]


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, rows, first, last = row
    return f"{name:<{widths[0]}}  {rows:>{widths[1]}}  {first:<{widths[2]}}  {last}"


def _span(table: pa.Table) -> tuple[str, str]:
    if "ts" not in table.column_names or not pa.types.is_timestamp(table.schema.field("ts").type):
        return "-", "-"
    span = pc.min_max(table.column("ts"))
    return _time(span["min"]), _time(span["max"])


def _time(moment: pa.Scalar) -> str:
    return (
        pc.strftime(moment.cast(pa.timestamp("us", "UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ").as_py()
        if moment.is_valid
        else "-"
    )

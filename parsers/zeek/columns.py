"""One type a column: parts of a log that another Zeek wrote, with other types, are fitted to its first part."""

from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from parsers.schema import far, is_inferred, zeek_type
from parsers.updates import Batch, Trouble
from parsers.zeek.cells import cells
from parsers.zeek.header import Header
from parsers.zeek.values import Cells

_WRITTEN = Cells(Header(), escapes=True, empties=True)


@dataclass
class Columns:
    """The columns of each log so far, by log and name, and all those of its latest batch."""

    known: dict[tuple[str, str], pa.Field] = field(default_factory=dict)
    latest: dict[str, pa.Schema] = field(default_factory=dict)

    def fitted(self, batch: Batch) -> tuple[Batch, list[Trouble]]:
        """The batch in the types of the log's earlier batches; cells that have no such value are unset, and told."""
        if batch.log in self.latest and batch.table.schema.equals(self.latest[batch.log], check_metadata=True):
            return batch, []
        fields, columns, troubles = [], [], []
        for own, column in zip(batch.table.schema, batch.table.columns, strict=True):
            wanted = self.known.setdefault((batch.log, own.name), own)
            becomes_far = own.type == far(wanted.type) != wanted.type
            if becomes_far or (is_inferred(own) and is_inferred(wanted)):
                # The other batches follow where they are joined (`schema.joined`).
                wanted = self.known[batch.log, own.name] = own
            made, lost = (column, 0) if own.type == wanted.type else _converted(column, wanted.type)
            if lost:
                what = f"{own.name} is {zeek_type(own)} in some files, {zeek_type(wanted)} in the first"
                troubles.append(Trouble(f"{batch.log}: {what}; {lost} cells that do not fit are shown as unset"))
            fields.append(wanted)
            columns.append(made)
        self.latest[batch.log] = pa.schema(fields)
        table = pa.Table.from_arrays(columns, schema=self.latest[batch.log])
        return replace(batch, table=table), troubles


def _converted(column: pa.ChunkedArray, wanted: pa.DataType) -> tuple[pa.ChunkedArray, int]:
    """The column as another type, by way of what Zeek would write, and how many cells could not be kept."""
    chunks, lost = [], 0
    for chunk in column.chunks:
        made, wrong = _WRITTEN.column(pc.if_else(chunk.is_valid(), cells(chunk), None), wanted)
        chunks.append(made)
        lost += int(wrong.sum())
    return pa.chunked_array(chunks, wanted), lost

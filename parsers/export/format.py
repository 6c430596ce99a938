"""What a format that logs are written in is."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Format:
    """A way of writing logs: what it is called, how its files' names end, the module whose `write` writes one.

    One that is `piecewise` is rows alone: what is written of several parts of a log is what is written of them joined.
    The module is loaded with the first log, so that whoever only wants the names loads nothing heavy.
    """

    name: str
    suffix: str
    module: str
    piecewise: bool = False

    def write(
        self, file: BinaryIO, log: str, table: "pa.Table", *, whole: bool = False, now: datetime | None = None
    ) -> None:
        """Write one log into a file, which may be a pipe: nothing is ever sought in it.

        Strings and sets are cut where Zeek cuts them, but not where all is wanted `whole`, as of logs that were read
        from a folder. `now` stands where the format names the time of writing.
        """
        import_module(self.module).write(file, log, table, whole=whole, now=now)

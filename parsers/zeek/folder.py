"""A folder of Zeek's logs, or one log alone: the first rows of each log at once, then all the rest."""

import re
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from parsers import limits
from parsers.updates import Batch, OpenError, Progress, Trouble, Update
from parsers.zeek.columns import Columns
from parsers.zeek.reader import name_of, read, shown

_LOG = re.compile(r"\.log(\.gz)?$")
_OTHERWISE_PACKED = re.compile(r"\.log\.(bz2|lz4|xz|zip|zst)$")
# What zeekctl leaves beside the logs.
_NO_LOGS = ("stderr.log", "stdout.log")
_SEEN = 5


def read_folder(path: Path) -> Iterator[Update]:
    """What the logs in a folder hold, or one log file. OpenError when there is no log that can be read.

    conn comes first; of each other log its first rows; then what is left of them, small logs before large ones.
    Of a log in several files (rotated ones) the files follow each other by name. A log that cannot be read is told
    as Trouble beside others that can.
    """
    folder = _Folder(path)
    columns = Columns()
    for update in folder.updates():
        if isinstance(update, Batch):
            batch, troubles = columns.fitted(update)
            yield from troubles
            yield batch
        else:
            yield update


class _Folder:
    """The logs of a folder while they are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left_out: list[Trouble] = []
        try:
            self._sizes = {file: file.stat().st_size for file in ([path] if path.is_file() else self._files())}
        except OSError as error:
            raise OpenError(f"{shown(path)}: cannot be opened: {error.strerror}") from None
        self._done = dict.fromkeys(self._sizes, 0)
        self._batches = 0

    def _files(self) -> list[Path]:
        """The files that are called logs."""
        entries = sorted(self._path.iterdir())
        logs = [entry for entry in entries if _LOG.search(entry.name)]
        files = [entry for entry in logs if entry.is_file()]
        if not files:
            seen = _described(entries)
            raise OpenError(
                f"{shown(self._path)}: no NAME.log or NAME.log.gz in it, {seen}; give the folder of the logs"
            )
        plain = set(files)
        for log in logs:
            if log not in plain:
                self._left_out.append(Trouble(f"{shown(log)}: is no file; left out"))
            elif log.suffix == ".gz" and log.with_suffix("") in plain:
                what = "left out, the same log lies beside it unpacked"
                self._left_out.append(Trouble(f"{shown(log)}: {what}", harmless=True))
                files.remove(log)
        for packed in filter(lambda entry: _OTHERWISE_PACKED.search(entry.name), entries):
            self._left_out.append(Trouble(f"{shown(packed)}: left out; unpack it, only gzip is read"))
        return files

    def updates(self) -> Iterator[Update]:
        """Everything there is to tell of the folder."""
        series: dict[str, list[Path]] = {}
        for file in self._sizes:
            series.setdefault(name_of(file), []).append(file)
        sizes = {name: sum(self._sizes[file] for file in files) for name, files in series.items()}
        names = sorted(series, key=lambda name: sizes[name])
        readings = {name: self._series(name, series[name]) for name in names}
        with ExitStack() as stack:
            for name in sorted(names, key=lambda name: name != "conn")[: limits.OPEN_LOGS]:
                stack.enter_context(closing(readings[name]))
                yield from _until_rows(readings[name])
            for name in names:
                yield from readings[name]
        if not self._batches:
            raise OpenError(_joined(self._left_out))
        yield from self._left_out[: limits.LOG_FAULTS]
        if len(self._left_out) > limits.LOG_FAULTS:
            yield Trouble(f"{shown(self._path)}: {len(self._left_out) - limits.LOG_FAULTS} more files are left out")

    def _series(self, name: str, files: list[Path]) -> Generator[Update]:
        """The files of one log; the one with the bare name is still written to, so it is the last."""
        for file in sorted(files, key=lambda file: (file.name == f"{name}.log", file.name)):
            try:
                for update in read(file):
                    if isinstance(update, Progress):
                        self._done[file] = update.done
                        yield Progress("bytes", sum(self._done.values()), sum(self._sizes.values()))
                        continue
                    self._batches += isinstance(update, Batch)
                    yield update
            except OpenError as error:
                harmless = file.name in _NO_LOGS or not self._sizes[file]
                self._left_out.append(Trouble(str(error), harmless))


def _until_rows(updates: Iterator[Update]) -> Iterator[Update]:
    for update in updates:
        yield update
        if isinstance(update, Batch):
            return


def _joined(troubles: list[Trouble]) -> str:
    more = f" (and {len(troubles) - 1} more that cannot be read)" if len(troubles) > 1 else ""
    return troubles[0].text + more


def _described(entries: list[Path]) -> str:
    """What a folder holds instead of logs."""
    if not entries:
        return "it is empty"
    names = ", ".join(shown(Path(entry.name)) + "/" * entry.is_dir() for entry in entries[:_SEEN])
    more = f" and {len(entries) - _SEEN} more" if len(entries) > _SEEN else ""
    return f"only {names}{more}"

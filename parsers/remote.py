"""A capture read in a process of its own, so that whoever shows its rows parses no bytes and is never kept waiting.

The process writes one message after the other to its standard output: a line of JSON, then as many bytes of
an Arrow stream as the line says. It is given a `Request` on its standard input and ends when it is told to stop.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from parsers import pipes
from parsers.lean import go_without_pandas
from parsers.request import Request
from parsers.updates import Batch, Facts, OpenError, PasswordNeeded, Progress, Trouble, Update


class RemoteReader:
    """The updates of a capture, from a process that `stop` ends; what has come by then stays."""

    def __init__(self, paths: Sequence[Path], password: bytes | None = None, *, checksums: bool = False) -> None:
        # -P: a module that lies in the folder where the program was started is never taken for one of ours.
        command = [sys.executable, "-P", "-m", "parsers.remote"]
        self._stopped = False
        # What the interpreter complains of must not be written across the screen.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the process
        self._pipes = pipes.among(paths)
        self._name = self._pipes[0].name if self._pipes else paths[0]
        # In a group of its own, the process and those that it starts are stopped together, and not by a Ctrl-C that
        # was meant for the program that shows the rows.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            pass_fds=pipes.descriptors(paths),
            process_group=0,
        )
        assert self._process.stdin is not None
        # A process that has ended already is told of by `updates`.
        with suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(Request.of(paths, password, checksums=checksums).written())

    def stop(self) -> None:
        """End the reading; pipes are left to whoever follows them."""
        self._stopped = True
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)

    def updates(self) -> Generator[Update]:
        """What the reader tells. Raises OpenError as the reader itself would."""
        assert self._process.stdout is not None
        with self._complaints, self._process, self._process.stdout as stream:
            try:
                while (update := _received(stream)) is not None:
                    yield update
                for pipe in self._pipes:
                    yield from pipe.troubles()
            except EOFError:
                if not self._stopped:
                    yield Trouble(f"{self._name}: the reading ended early: {self._last_words()}", passing=True)
                self._leave_pipes()
            except PasswordNeeded:
                raise
            except OpenError:
                self._leave_pipes()
                raise
            finally:
                self.stop()

    def _leave_pipes(self) -> None:
        """What still comes is of no use to anybody."""
        for pipe in self._pipes:
            pipe.stop()

    def _last_words(self) -> str:
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        said = [line for line in lines if line.strip()]
        return f"{said[-1]}; please report it" if said else "its process was killed; is memory short?"


def _received(stream: IO[bytes]) -> Update | None:
    """The next update, None when all has been told. EOFError when the stream ends before."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    message: dict[str, Any] = json.loads(line)
    match message.pop("kind"):
        case "batch":
            size = message.pop("size")
            # Loaded late: the process has begun by then, and loads it at the same time.
            from parsers.schema import unpacked

            body = stream.read(size)
            if len(body) < size:
                raise EOFError
            return Batch(table=unpacked(body), **message)
        case "trouble":
            return Trouble(**message)
        case "progress":
            return Progress(**message)
        case "facts":
            return Facts(**message)
        case "password":
            raise PasswordNeeded(message["text"])
        case "error":
            raise OpenError(message["text"])
    return None


def _send(out: IO[bytes], kind: str, body: bytes | memoryview = b"", **cells: Any) -> None:
    out.write(json.dumps({"kind": kind, **cells}).encode() + b"\n")
    out.write(body)
    out.flush()


def _send_update(out: IO[bytes], update: Update) -> None:
    match update:
        case Batch(log, table, replaces):
            from parsers.schema import packed

            body = memoryview(packed(table))
            _send(out, "batch", body, log=log, replaces=replaces, size=len(body))
        case Trouble(text, harmless, passing):
            _send(out, "trouble", text=text, harmless=harmless, passing=passing)
        case Progress(stage, done, total):
            _send(out, "progress", stage=stage, done=done, total=total)
        case Facts(packets, first, last):
            _send(out, "facts", packets=packets, first=first, last=last)


def _updates(asked: Request) -> Iterator[Update]:
    if asked.ends:
        from parsers import live

        return live.updates(asked)
    from parsers.capture import watching

    return watching.updates(asked.paths, asked.password, asked.names, checksums=asked.checksums)


def _serve() -> None:
    asked = Request.read(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    try:
        for update in _updates(asked):
            _send_update(out, update)
    except PasswordNeeded as error:
        _send(out, "password", text=str(error))
    except OpenError as error:
        _send(out, "error", text=str(error))
    else:
        _send(out, "end")


if __name__ == "__main__":
    go_without_pandas()
    # Nobody listens any more: the reading is over.
    with suppress(BrokenPipeError):
        _serve()

"""A capture read in a process of its own, so that whoever shows its rows parses no bytes and is never kept waiting.

The process writes one message after the other to its standard output: a line of JSON, then as many bytes of
an Arrow stream as the line says. It is given the password on its standard input and ends when it is told to stop.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from parsers.lean import go_without_pandas
from parsers.updates import Batch, Facts, OpenError, PasswordNeeded, Progress, Trouble, Update


class RemoteReader:
    """The updates of a capture, from a process that `stop` ends; what has come by then stays."""

    def __init__(self, path: Path, password: bytes | None = None) -> None:
        # -P: a module that lies in the folder where the program was started is never taken for one of ours.
        command = [sys.executable, "-P", "-m", "parsers.remote", str(path)]
        self._stopped = False
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(password.hex() if password is not None else None).encode())
        self._process.stdin.close()

    def stop(self) -> None:
        """End the reading."""
        self._stopped = True
        self._process.terminate()

    def updates(self) -> Iterator[Update]:
        """What the reader tells. Raises OpenError as the reader itself would."""
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while line := stream.readline():
                update = _received(json.loads(line), stream)
                if update is None:
                    break
                yield update
            else:
                if not self._stopped:
                    yield Trouble("the reading ended early: its process was killed; is memory short?")
        self._process.wait()


def _received(message: dict[str, Any], stream: IO[bytes]) -> Update | None:
    match message.pop("kind"):
        case "batch":
            size = message.pop("size")
            body = stream.read(size)
            if len(body) < size:
                return Trouble("the reading ended early: its process was killed; is memory short?")
            return Batch(table=pa.ipc.open_stream(body).read_all(), **message)
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
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            body = memoryview(sink.getvalue())
            _send(out, "batch", body, log=log, replaces=replaces, size=len(body))
        case Trouble(text, harmless):
            _send(out, "trouble", text=text, harmless=harmless)
        case Progress(stage, done, total):
            _send(out, "progress", stage=stage, done=done, total=total)
        case Facts(packets, first, last):
            _send(out, "facts", packets=packets, first=first, last=last)


def _serve(path: Path) -> None:
    from parsers.capture import pipeline

    secret = json.load(sys.stdin.buffer)
    out = sys.stdout.buffer
    try:
        for update in pipeline.updates(path, bytes.fromhex(secret) if secret is not None else None):
            _send_update(out, update)
    except PasswordNeeded as error:
        _send(out, "password", text=str(error))
    except OpenError as error:
        _send(out, "error", text=str(error))
    else:
        _send(out, "end")


if __name__ == "__main__":
    go_without_pandas()
    try:
        _serve(Path(sys.argv[1]))
    except BrokenPipeError:
        sys.stderr.close()

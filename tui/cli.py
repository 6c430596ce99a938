"""The command line; imports nothing heavy before it must."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from parsers.source import LogSet
    from parsers.updates import Update

DONE, PARTLY, NOTHING = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run zeektui; the exit status is 0, 1 when something could not be read, 2 for wrong use or nothing readable."""
    options = _parser().parse_args(arguments)
    if options.version:
        from importlib.metadata import version

        print(f"zeektui {version('zeektui')}")  # noqa: T201
        return DONE
    if options.demo == (options.path is not None):
        _parser().error("give one capture or one folder of Zeek logs, or --demo")
    from parsers.updates import OpenError

    try:
        return _run(options)
    except OpenError as error:
        complain(str(error))
        return NOTHING
    except BrokenPipeError:
        # Whoever read the other end has seen enough; without this the interpreter complains once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130


def complain(text: str) -> None:
    """One line on standard error."""
    from parsers import escape

    print(f"zeektui: {escape.cell(text)}", file=sys.stderr)  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zeektui",
        description="Open a capture or a folder of Zeek logs, and follow a file to where it came from.",
        epilog="Examples:  zeektui capture.pcap    zeektui ./zeek-logs/    zeektui capture.pcap --write logs",
    )
    parser.add_argument("path", nargs="?", type=Path, help="a capture, a folder of Zeek logs, or one log")
    parser.add_argument("--demo", action="store_true", help="open the sample that comes with the program")
    parser.add_argument("--write", metavar="DIR", type=Path, help="no screen: write the logs as Zeek would, into DIR")
    parser.add_argument("--password", help="the password of a zip; asked for when it is needed and not given")
    parser.add_argument("--version", action="store_true", help="print the version")
    return parser


def _run(options: argparse.Namespace) -> int:
    path = options.path or demo()
    password = options.password.encode() if options.password is not None else None
    if options.write or not sys.stdout.isatty():
        return _batch(path, password, options.write)
    return _explore(path, password)


def demo() -> Path:
    """The capture that comes with the program."""
    import tui

    return Path(tui.__file__).parent / "demo" / "infection.pcap"


def _ask() -> bytes:
    from getpass import getpass

    return getpass("password of the zip: ").encode()


def _batch(path: Path, password: bytes | None, folder: Path | None) -> int:
    from parsers.lean import go_without_pandas
    from parsers.opening import updates
    from parsers.source import LogSet
    from parsers.updates import PasswordNeeded

    go_without_pandas()
    logs = LogSet()
    try:
        _read(logs, updates(path, password))
    except PasswordNeeded:
        if password is not None or not sys.stdin.isatty():
            raise
        _read(logs, updates(path, _ask()))
    if folder is not None:
        from parsers.zeek.writer import write

        try:
            # Zeek cuts long cells; logs that it wrote, perhaps with other bounds, stay as they are.
            write(folder, logs.tables, whole=logs.facts is None)
        except OSError as error:
            _cannot_write(folder, error)
    else:
        from parsers.summary import lines

        for line in lines(logs.tables):
            print(line)  # noqa: T201
    return status(logs)


def _cannot_write(folder: Path, error: OSError) -> NoReturn:
    from parsers.updates import OpenError

    raise OpenError(f"{folder}: the logs cannot be written there: {error.strerror or error}; name another folder")


def _read(logs: "LogSet", updates: "Iterable[Update]") -> None:
    logs.read(updates)
    for trouble in logs.troubles:
        complain(trouble.text)


def status(logs: "LogSet") -> int:
    """The exit status that the troubles of a reading stand for."""
    if all(trouble.harmless for trouble in logs.troubles):
        return DONE
    return PARTLY if any(len(table) for table in logs.tables.values()) else NOTHING


def _explore(path: Path, password: bytes | None) -> int:
    from parsers.opening import is_capture
    from parsers.updates import PasswordNeeded

    capture = is_capture(path)
    try:
        updates, stop = _reader(path, password, remote=capture)
    except PasswordNeeded:
        if password is not None:
            raise
        password = _ask()
        updates, stop = _reader(path, password, remote=capture)
    from tui.app import ZeekTui

    app = ZeekTui(path.name or str(path), updates, stop, path if capture else None, password)
    app.run()
    return app.return_code or DONE


def _reader(path: Path, password: bytes | None, *, remote: bool) -> "tuple[Iterator[Update], Callable[[], None]]":
    """The updates and how to stop them; errors of opening are raised here, before there is a screen."""
    from itertools import chain

    if remote:
        from parsers.remote import RemoteReader

        reader = RemoteReader(path, password)
        updates, stop = reader.updates(), reader.stop
    else:
        from parsers.opening import updates as read

        updates, stop = read(path), lambda: None
    first = next(updates, None)
    return (chain([first], updates) if first is not None else iter(())), stop

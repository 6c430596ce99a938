"""The command line; imports nothing heavy before it must."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tui.exit_status import DONE, INTERRUPTED, NOTHING
from tui.streams import complain, is_terminal, open_missing, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parsers.updates import Update

_USAGE = """zeektui PATH [--write DIR] [--password PASSWORD]
       zeektui --demo [--write DIR]"""
_EXAMPLES = """examples:
  zeektui capture.pcap                 open a capture; in it, ? shows the keys and q quits
  zeektui ./zeek-logs/                 open a folder of Zeek logs
  zeektui --demo                       open a sample infection; its bytes are harmless
  zeektui capture.pcap --write logs    write the logs into the folder "logs"
  zeektui capture.pcap | cat           list the logs: name, rows, first and last time

A capture is a pcap file. It may lie in a .gz or in a .zip.

exit status: 0 everything was read; 1 something could not be read, the rest was; 2 nothing could be read,
or the command is wrong. Messages say what to do.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run zeektui; the exit status is 0, 1 when something could not be read, 2 for wrong use or nothing readable."""
    open_missing()
    try:
        return _run(_options(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        complain(f"{message}; zeektui --help shows how it is used")
        sys.exit(NOTHING)


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="zeektui",
        usage=_USAGE,
        description="Open a network capture, or logs of Zeek, and follow a file to where it came from.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "path", metavar="PATH", nargs="?", type=_path, help="a capture, a folder of Zeek logs, or one log"
    )
    parser.add_argument("--demo", action="store_true", help="open the sample that comes with the program")
    parser.add_argument(
        "--write", metavar="DIR", type=_path, help="no screen: write the logs into the folder DIR, as Zeek would"
    )
    parser.add_argument(
        "--password",
        help="the password of a locked zip. Without it you are asked, which is safer: "
        "other users of the machine can see what you type here",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    options = parser.parse_args(arguments)
    if not options.version and options.demo == (options.path is not None):
        parser.error("give one capture, one folder of Zeek logs, or --demo")
    return options


def _run(options: argparse.Namespace) -> int:
    if options.version:
        from importlib.metadata import version

        return DONE if say([f"zeektui {version('zeektui')}"]) else NOTHING
    from parsers.updates import OpenError

    path = options.path or demo()
    password = os.fsencode(options.password) if options.password is not None else None
    try:
        if options.write is None and is_terminal():
            return _explore(path, password)
        from tui import batch

        return batch.run(path, password, options.write)
    except OpenError as error:
        complain(str(error))
        return NOTHING


def demo() -> Path:
    """The capture that comes with the program."""
    import tui

    return Path(tui.__file__).parent / "demo" / "infection.pcap"


def _explore(path: Path, password: bytes | None) -> int:
    from parsers.opening import is_capture
    from tui.password import unlocked

    capture = is_capture(path)
    reader = _remote if capture else _local
    (updates, stop), password = unlocked(path, password, lambda secret: reader(path, secret))
    from tui.app import ZeekTui

    app = ZeekTui(path.name or str(path), updates, stop, path if capture else None, password)
    try:
        app.run()
    finally:
        stop()
    return app.return_code or DONE


def _remote(path: Path, password: bytes | None) -> "tuple[Iterator[Update], Callable[[], None]]":
    """The updates of a capture, and how to stop them; errors of opening are raised here, before there is a screen."""
    from parsers.remote import RemoteReader

    reader = RemoteReader(path, password)
    # The screen is loaded while the process of the reader starts, not after it.
    import tui.app  # noqa: F401

    return _begun(reader.updates()), reader.stop


def _local(path: Path, password: bytes | None) -> "tuple[Iterator[Update], Callable[[], None]]":
    """The same of logs."""
    from parsers.opening import updates

    return _begun(updates(path, password)), lambda: None


def _begun(updates: "Iterator[Update]") -> "Iterator[Update]":
    from itertools import chain, islice

    return chain(list(islice(updates, 1)), updates)

"""What can be asked for on the command line."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from tui.exit_status import NOTHING
from tui.streams import complain

FORMATS = ("zeek", "json", "csv", "parquet")
# What `-` stands for.
STANDARD_INPUT = Path("/dev/stdin")

_USAGE = """zeektui PATH... [--write DIR [--format FORMAT]] [--password PASSWORD]
       zeektui --demo [--write DIR [--format FORMAT]]"""
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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        complain(f"{message}; zeektui --help shows how it is used")
        sys.exit(NOTHING)


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def _input(text: str) -> Path:
    return STANDARD_INPUT if text == "-" else _path(text)


def options(arguments: list[str] | None) -> argparse.Namespace:
    """The options: paths, demo, write, format, password, version; wrong use ends the program with a line that says why.

    `paths` is a list of Path, the demonstration's where that was asked for.
    """
    parser = _Parser(
        prog="zeektui",
        usage=_USAGE,
        description="Open a network capture, or logs of Zeek, and follow a file to where it came from.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=_input, help="a capture, a folder of Zeek logs, or one log"
    )
    parser.add_argument("--demo", action="store_true", help="open the sample that comes with the program")
    parser.add_argument("--write", metavar="DIR", type=_path, help="no screen: write the logs into the folder DIR")
    parser.add_argument(
        "--format", choices=FORMATS, help="how the logs are written: zeek (as Zeek writes them), unless told otherwise"
    )
    parser.add_argument(
        "--password",
        help="the password of a locked zip. Without it you are asked, which is safer: "
        "other users of the machine can see what you type here",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    found = parser.parse_args(arguments)
    if not found.version and found.demo == bool(found.paths):
        parser.error("give one capture, one folder of Zeek logs, or --demo")
    if found.format is not None and found.write is None:
        parser.error("--format says how logs are written: it goes with --write DIR")
    if found.demo:
        found.paths = [demo()]
    return found


def demo() -> Path:
    """The capture that comes with the program."""
    return Path(__file__).parent / "demo" / "infection.pcap"

"""What can be asked for on the command line."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from parsers.descriptors import STANDARD_INPUT
from parsers.export.registry import FORMATS
from tui.exit_status import NOTHING
from tui.streams import complain

# What goes with --print alone, and of that what may begin with a minus.
_OF_PRINT = ("where", "count_by", "sort", "head", "fields")
_VALUED = ("--where", "--sort", "--head")

_USAGE = """zeektui PATH... [--password PASSWORD] [--checksums] [--memory SIZE] [--no-cache]
       zeektui --follow LOGS... [--print LOG [--where FILTER] [--head N] [--fields FIELDS]]
       zeektui PATH... --write DIR [--format FORMAT]
       zeektui CAPTURE... --write LAKE --format parquet --by-day [--scheduler ADDRESS]
       zeektui PATH... --print LOG [--where FILTER] [--count-by FIELDS] [--sort FIELDS]
                       [--head N] [--fields FIELDS] [--format FORMAT]
       zeektui --demo, which stands for a PATH"""
_EXAMPLES = """examples:
  zeektui capture.pcap                 open a capture; in it, ? shows the keys and q quits
  zeektui monday.pcap tuesday.pcap.gz  open several captures as one, in the order of time
  zeektui ./zeek-logs/                 open a folder of Zeek logs, or of captures
  tcpdump -U -w - | zeektui -          open what comes through a pipe, while it comes
  zeektui --follow ./current/          watch logs while Zeek writes and rotates them
  zeektui --demo                       open a sample infection; its bytes are harmless
  zeektui capture.pcap --write logs    write the logs into the folder "logs"
  zeektui captures/*.pcap --write lake --format parquet --by-day
                                       add captures to a dataset of logs; zeektui lake opens it
  zeektui capture.pcap | cat           list the logs: name, rows, first and last time

  which executables came in, and from where:
  zeektui capture.pcap --print files --where 'mime_type ~ dosexec' --fields ts,fuid,id.resp_h,sha1
  zeektui capture.pcap --print http --where 'resp_mime_types ~ dosexec' --fields id.resp_h,host,uri

  whom was talked to most, and who sent the most:
  zeektui ./zeek-logs/ --print conn --count-by id.resp_h --head 10
  zeektui ./zeek-logs/ --print conn --sort -orig_bytes --head 10 --fields id.orig_h,orig_bytes

A capture is a pcap, pcapng or snoop file. Captures and logs may be packed: gzip, bzip2, xz, zstd, lz4; captures
may lie in a zip.

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


def _log(text: str) -> str:
    name = text.removesuffix(".log")
    if not name:
        raise argparse.ArgumentTypeError("name a log, such as conn")
    return name


def _size(text: str) -> int:
    # Loaded for those who ask: it takes as long as all else that the command line does.
    from parsers.literals import count

    try:
        size = int(count(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"a size such as 2GB or 500MB is needed, not {text!r}") from None
    if size < 0:
        raise argparse.ArgumentTypeError("a size has no minus")
    return size


def _rows(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise argparse.ArgumentTypeError(f"a number of rows is needed, not {text!r}")
    return int(text)


def options(arguments: list[str] | None) -> argparse.Namespace:
    """The options: paths, follow, demo, write, print and its parts, format, by_day, scheduler, password, checksums,
    memory, no_cache, cache_size, version.

    All but `paths` may be None. It is a list of Path, the demonstration's where that was asked for. Wrong use ends the
    program with a line that says why.
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
        "paths",
        metavar="PATH",
        nargs="*",
        type=_input,
        help="a capture, a folder of Zeek logs, or one log; - is standard input",
    )
    parser.add_argument(
        "--follow", action="store_true", help="show or print rows as Zeek writes them into a folder of logs, or one log"
    )
    parser.add_argument("--demo", action="store_true", help="open the sample that comes with the program")
    parser.add_argument(
        "--password",
        help="the password of a locked zip. Without it you are asked, which is safer: "
        "other users of the machine can see what you type here",
    )
    parser.add_argument(
        "--checksums",
        action="store_true",
        help="leave packets out whose checksum is wrong, as zeek does without -C",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    memory = parser.add_argument_group("memory and disk")
    memory.add_argument(
        "--memory",
        metavar="SIZE",
        type=_size,
        help="take no more memory than this, such as 2GB, all processes together; what is more lives in files. Half of "
        "what is free, unless told otherwise",
    )
    memory.add_argument(
        "--no-cache",
        action="store_true",
        help="keep no rows for the next time that the same is opened, and use none that were kept",
    )
    memory.add_argument(
        "--cache-size",
        metavar="SIZE",
        type=_size,
        help="how much of the disk rows may take that are kept; those go first that were not used for long. A "
        "tenth of the disk and not more than 20GB, unless told otherwise, here or in ZEEKTUI_CACHE_SIZE",
    )
    batch = parser.add_argument_group("without a screen")
    batch.add_argument("--write", metavar="DIR", type=_path, help="write the logs into the folder DIR")
    batch.add_argument("--print", metavar="LOG", type=_log, help="print one log, a row a line: its cells apart by tabs")
    batch.add_argument(
        "--format", choices=FORMATS, help="how logs are written (zeek, unless told otherwise) or printed, with header"
    )
    batch.add_argument(
        "--by-day",
        action="store_true",
        help="write a dataset, DIR/LOG/day=YYYY-MM-DD/*.parquet, which takes more captures later: of each one the "
        "rows that it has when it is opened alone; a capture that is written again takes its own place",
    )
    batch.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="the same on a Dask cluster, such as tcp://host:8786 (needs zeektui[cluster]); its workers must see the "
        "captures and DIR by the same paths",
    )
    printed = parser.add_argument_group("what --print prints, in the order in which it is done")
    printed.add_argument(
        "--where", metavar="FILTER", help="the rows that a filter keeps, as one writes it on the screen"
    )
    printed.add_argument(
        "--count-by",
        metavar="FIELDS",
        help="how many of them have which values, the most frequent first; each member of a set counts",
    )
    printed.add_argument("--sort", metavar="FIELDS", help="sorted by these; -FIELD puts the largest first")
    printed.add_argument("--head", metavar="N", type=_rows, help="only the first N")
    printed.add_argument("--fields", metavar="FIELDS", help="these fields, apart by commas, in this order")
    found = parser.parse_args(_with_values(sys.argv[1:] if arguments is None else arguments))
    if not found.version and found.demo == bool(found.paths):
        parser.error("give captures, a folder of Zeek logs, or --demo")
    _refuse_strangers(parser, found)
    if found.demo:
        found.paths = [demo()]
    return found


def _with_values(arguments: list[str]) -> list[str]:
    """The arguments, so that a value with a minus before it is not taken for an option."""
    made: list[str] = []
    for argument in arguments:
        if made and made[-1] in _VALUED and argument.startswith("-") and not argument.startswith("--"):
            made[-1] += f"={argument}"
        else:
            made.append(argument)
    return made


def _refuse_strangers(parser: _Parser, found: argparse.Namespace) -> None:
    """End the program where an option stands without the one that it belongs to."""
    given = [name for name in _OF_PRINT if getattr(found, name) is not None]
    if found.print is None and given:
        parser.error(f"--{given[0].replace('_', '-')} says what is printed of a log: it goes with --print LOG")
    if found.print is not None and found.write is not None:
        parser.error("--print and --write are done one at a time: leave one of them out")
    if found.format is not None and found.write is None and found.print is None:
        parser.error("--format says how logs are written: it goes with --write DIR or --print LOG")
    _refuse_half_a_lake(parser, found)
    if found.follow:
        _refuse_to_follow(parser, found)
    if found.print is not None and found.format == "parquet" and sys.stdout.isatty():
        parser.error("parquet is nothing for a terminal: send it into a file or a pipe")


def _refuse_to_follow(parser: _Parser, found: argparse.Namespace) -> None:
    """End the program where something is asked for that needs an end of what is followed."""
    if found.write is not None:
        parser.error("--follow has no end at which logs could be written: it goes with --print LOG, or alone")
    if found.demo or found.checksums or found.password is not None:
        parser.error("--follow is for Zeek's logs: tcpdump -U -w - | zeektui - shows packets while they come")
    for option in ("count_by", "sort"):
        if getattr(found, option) is not None:
            parser.error(f"--{option.replace('_', '-')} needs all rows, and with --follow more always come")
    if found.format is not None and not FORMATS[found.format].piecewise:
        parser.error("--follow prints rows alone: leave --format out, or take --format json")


def _refuse_half_a_lake(parser: _Parser, found: argparse.Namespace) -> None:
    option = "--scheduler" if found.scheduler is not None else "--by-day"
    if found.scheduler is None and not found.by_day:
        return
    if found.write is None or found.format != "parquet":
        parser.error(f"{option} writes a dataset: it goes with --write DIR --format parquet")
    if found.password is not None:
        parser.error(f"{option} goes without --password: unpack what is locked first")
    if STANDARD_INPUT in found.paths:
        parser.error(f"{option} takes captures that lie in files: write what comes through the pipe to one first")
    if found.scheduler is not None and "://" not in found.scheduler:
        parser.error("--scheduler takes an address such as tcp://host:8786")


def demo() -> Path:
    """The capture that comes with the program."""
    return Path(__file__).parent / "demo" / "infection.pcap"

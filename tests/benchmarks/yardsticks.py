"""What everything is measured against: the least that somebody would write who only wanted to read it."""

import sys
from pathlib import Path

from tests.benchmarks.measuring import Run, run

DPKT = "bare dpkt loop"
_DPKT = """
import sys
import dpkt
with open(sys.argv[1], "rb") as file:
    for ts, frame in dpkt.pcap.Reader(file):
        try:
            dpkt.ethernet.Ethernet(frame)
        except Exception:
            pass
"""
ARROW = "bare Arrow CSV"
_ARROW = """
import sys
from pyarrow import csv
for path in sys.argv[1:]:
    # The last line, #close, is no row.
    parse = csv.ParseOptions(delimiter="\\t", quote_char=False, invalid_row_handler=lambda row: "skip")
    read = csv.ReadOptions(skip_rows=8, autogenerate_column_names=True)
    csv.read_csv(path, read, parse, csv.ConvertOptions(strings_can_be_null=True, null_values=["-"]))
"""
PYTHON = "bare python"
TEXTUAL = "bare Textual"
_TEXTUAL = """
from textual.app import App, ComposeResult
from textual.widgets import Static
class Bare(App):
    def compose(self) -> ComposeResult:
        yield Static("painted")
Bare().run()
"""
_PAGES = """
from textual.app import App, ComposeResult
from textual.widgets import Static
class Pages(App):
    number = 0
    def compose(self) -> ComposeResult:
        yield Static("painted")
    def on_key(self) -> None:
        self.number += 1
        lines = (f"{self.number:6}{line:6}{self.number * line:10}" * 7 for line in range(self.size.height))
        self.query_one(Static).update("\\n".join(lines))
Pages().run()
"""


def dpkt_loop(capture: Path) -> Run:
    """Each packet of a capture read, and its Ethernet frame decoded, nothing else."""
    return run([*_python(_DPKT), capture])


def arrow_csv(*logs: Path) -> Run:
    """Zeek's logs read as columns by Arrow, nothing of them understood."""
    return run([*_python(_ARROW), *logs])


def python() -> Run:
    """An interpreter that starts and ends."""
    return run(_python("pass"))


def textual() -> list[str]:
    """The command of a Textual program that shows the word `painted`."""
    return _python(_TEXTUAL)


def pages() -> list[str]:
    """The command of a Textual program that paints another screen full of text at each key."""
    return _python(_PAGES)


def _python(code: str) -> list[str]:
    return [sys.executable, "-P", "-c", code]

"""How files of logs are called: on a terminal, and the logs in them."""

import os
from pathlib import Path

from parsers import escape
from parsers.zeek.header import log_name
from parsers.zeek.rotation import rotated

# What Zeek, started by zeekctl, leaves beside the logs.
_NO_LOGS = {"stderr", "stdout", "prof", "debug"}
# zeekctl's own figures, in a text without a header, lie beside the day folders.
_NO_LOG_FOLDER = "stats"


def shown(path: Path) -> str:
    """A path on one line, safe on a terminal."""
    return escape.cell(escape.text(os.fsencode(path)))


def name_of(path: Path) -> str:
    """The log's name by that of its file: what stands before the first point, and before the times of a rotated log."""
    return log_name(rotated(path.name).log)


def is_of_zeekctl(path: Path) -> bool:
    """Whether a file that holds no log is what zeekctl puts beside logs."""
    return rotated(path.name).log in _NO_LOGS or path.parent.name == _NO_LOG_FOLDER

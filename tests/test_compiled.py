"""What was compiled of the sources does what they do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import run_python
from tui.options import demo

# Each so many of the reference captures.
EVERY = 6
# Prints for each capture and log a digest of its rows; the first line says whether machine code ran.
ROWS = """
import hashlib, json, sys
from pathlib import Path
import parsers.capture.tcp_flow
from parsers import compiled
from parsers.capture import pipeline
from parsers.source import LogSet

def digest(table):
    return hashlib.sha256(repr([table.column_names, table.to_pydict()]).encode()).hexdigest()

print(json.dumps(compiled.is_used() and not parsers.capture.tcp_flow.__file__.endswith(".py")))
for path in sys.argv[1:]:
    logs = LogSet()
    logs.read(pipeline.updates([Path(path)]))
    told = [trouble.text for trouble in logs.troubles]
    print(json.dumps([path, told, {log: digest(table) for log, table in logs.tables.items()}]))
"""
SOURCES = {**os.environ, "ZEEKTUI_COMPILED": "0"}
COMPILED = {name: value for name, value in SOURCES.items() if name != "ZEEKTUI_COMPILED"}


def rows(captures: list[Path], environment: dict[str, str]) -> tuple[bool, list[object]]:
    """Whether machine code ran, and what it made of captures."""
    command = [sys.executable, "-P", "-c", ROWS, *map(str, captures)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    used, *lines = map(json.loads, done.stdout.splitlines())
    return used, lines


def test_sources_and_machine_code_give_the_same_rows(request: pytest.FixtureRequest) -> None:
    if not rows([], COMPILED)[0]:
        pytest.skip("nothing is compiled: no C compiler when zeektui was installed, or sources changed since")
    shared: Path = request.getfixturevalue("shared")
    captures = [demo(), *sorted((shared / "conformance" / "traces").iterdir())[::EVERY]]
    (_, compiled), (used, run) = rows(captures, COMPILED), rows(captures, SOURCES)
    assert not used
    assert compiled == run


def package(folder: Path, *, stamped: bool = True) -> None:
    """A package whose module `said` is there as a source and, by its name, as machine code."""
    (folder / "__init__.py").write_text("")
    (folder / "said.py").write_text("SAID = 'source'")
    (folder / "said.so").write_bytes(b"")
    if stamped:
        (folder / ".compiled").touch()


LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from parsers import compiled
import inside
compiled.choose(inside.__path__[0])
from importlib.util import find_spec
print(find_spec("inside.said").origin.rpartition(".")[2])
"""


@pytest.mark.parametrize(
    ("stamped", "edited", "environment", "expected"),
    [
        pytest.param(True, False, COMPILED, "so", id="compiled"),
        pytest.param(True, True, COMPILED, "py", id="edited since"),
        pytest.param(False, True, COMPILED, "so", id="of a wheel, whose times say nothing"),
        pytest.param(True, False, SOURCES, "py", id="not wanted"),
    ],
)
def test_which_code_runs(
    stamped: bool, edited: bool, environment: dict[str, str], expected: str, tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    package(inside, stamped=stamped)
    if edited:
        later = (inside / "said.so").stat().st_mtime + 10
        os.utime(inside / "said.py", (later, later))
    assert run_python(LOOK, tmp_path, env=environment) == (0, expected + "\n", "")

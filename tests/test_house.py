"""What keeps the house in order: file sizes, who imports whom, one command for everybody."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for room in ("parsers", "tui", "tests", "screenshots") for path in (ROOT / room).rglob("*.py"))
LONGEST = 500


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_parsers_load_no_screen() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in SOURCES
        if path.is_relative_to(ROOT / "parsers")
    ]
    loaded = _loaded_by(f"import {', '.join(modules)}")
    assert not loaded & {"tui", "textual", "rich"}


def test_workers_load_nothing_that_they_may_not_need() -> None:
    assert not _loaded_by("import parsers.capture.pipeline, parsers.remote") & {"pandas", "cryptography"}


def test_the_command_line_loads_nothing_heavy_until_the_reading_has_begun() -> None:
    begun = "guard.prepare(); list(origin.updates(origin.Origin([demo()], [demo()]), lambda: iter([])))"
    modules = "tui.cli, tui.password, parsers.opening, parsers.remote"
    loaded = _loaded_by(
        f"import {modules}; from parsers.cache import guard, origin; from tui.options import demo; {begun}"
    )
    assert not loaded & {"textual", "pandas", "numpy", "pyarrow"}


def test_where_packets_lie_is_found_before_arrow_is_loaded() -> None:
    loaded = _loaded_by("import tui.batch, parsers.capture.pipeline")
    assert "numpy" in loaded
    assert not loaded & {"pyarrow", "parsers.schema", "parsers.protocols.dispatch"}


def test_the_screen_loads_no_analysers() -> None:
    assert not _loaded_by("import tui.app") & {"pandas", "parsers.protocols.dispatch", "parsers.protocols.http"}


def test_readme_and_ci_run_the_same_command() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest"
    assert command in (ROOT / "README.md").read_text()
    assert command in (ROOT / ".ci" / "run").read_text()

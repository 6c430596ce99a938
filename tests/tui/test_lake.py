"""What --by-day and --scheduler go with."""

from pathlib import Path

import pytest

from tests.processes import run_program
from tui.cli import main
from tui.options import demo

_PARQUET = ["--format", "parquet"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--by-day"], "--by-day writes a dataset: it goes with --write DIR --format parquet"),
        (["--by-day", "--write", "x"], "--by-day writes a dataset: it goes with --write DIR --format parquet"),
        (["--scheduler", "tcp://h:1", "--write", "x", "--format", "csv"], "--scheduler writes a dataset: it goes with"),
        (["--by-day", "--write", "x", *_PARQUET, "--password", "p"], "--by-day goes without --password: unpack"),
        (["--scheduler", "h:1", "--write", "x", *_PARQUET], "--scheduler takes an address such as tcp://host:8786"),
        (["--by-day", "--write", "x", *_PARQUET, "--", "-"], "--by-day takes captures that lie in files"),
    ],
)
def test_what_does_not_go_together_is_told(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*options] if "-" in options else [str(demo()), *options])
    assert ended.value.code == 2
    assert f"zeektui: {complaint}" in capsys.readouterr().err


def test_logs_are_no_captures(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_text("#separator \\x09\n#path\tconn\n#fields\tts\n#types\ttime\n1.0\n")
    status, _, complaint = run_program(tmp_path, "--write", tmp_path / "lake", *_PARQUET, "--by-day")
    assert (status, complaint) == (
        2,
        f"zeektui: {tmp_path}: these are logs, and --by-day writes captures: give captures\n",
    )

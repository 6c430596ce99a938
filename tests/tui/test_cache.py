"""Opening the same again: the program with a cache of rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers import limits
from tests.parsers.capture.large import many
from tests.processes import PROGRAM, children, run_program, wait_until
from tests.tui.terminal import Terminal

PACKETS = 20_000


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("captures") / "many.pcap"
    path.write_bytes(many(PACKETS))
    assert path.stat().st_size > limits.CACHED_BYTES
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "zeektui" / "rows"


@pytest.fixture
def terminal(tmp_path: Path, capture: Path, cache: Path) -> Iterator[Terminal]:
    command = ["env", f"XDG_CACHE_HOME={cache.parents[1]}", str(PROGRAM), str(capture)]
    made = Terminal(tmp_path / "tmux", ["sh", "-c", '"$@"; echo status $?; exec cat', "sh", *command], (120, 30))
    yield made
    made.close()


@pytest.fixture
def kept(capture: Path, cache: Path) -> Path:
    """The files of an entry."""
    run_program(capture)
    (entry,) = cache.iterdir()
    return entry


def rows(log: Path) -> list[bytes]:
    """The lines of a log that are its own; others tell when it was written."""
    return [line for line in log.read_bytes().splitlines() if not line.startswith(b"#")]


def test_rows_are_the_same_when_they_are_found_again(capture: Path, cache: Path) -> None:
    first = run_program(capture)
    (entry,) = cache.iterdir()
    before = entry.stat().st_ino
    assert run_program(capture) == first == run_program(capture, "--no-cache")
    printed = run_program(capture, "--print", "conn", "--head", "5", "--format", "json")
    assert printed == run_program(capture, "--print", "conn", "--head", "5", "--format", "json", "--no-cache")
    assert [path.stat().st_ino for path in cache.iterdir()] == [before]


def test_what_is_written_is_made_anew(capture: Path, cache: Path, tmp_path: Path) -> None:
    assert run_program(capture, "--write", tmp_path / "logs")[0] == 0
    assert not cache.exists()
    run_program(capture)
    (entry,) = cache.iterdir()
    for path in entry.iterdir():
        path.unlink()
    assert run_program(capture, "--write", tmp_path / "again")[::2] == (0, "")
    assert rows(tmp_path / "again" / "conn.log") == rows(tmp_path / "logs" / "conn.log")


def test_nothing_is_kept_that_is_not_to_be(capture: Path, cache: Path) -> None:
    assert run_program(capture, "--no-cache")[0] == 0
    assert run_program(capture, "--cache-size", "0")[0] == 0
    assert not cache.exists() or list(cache.iterdir()) == []


def test_what_is_damaged_is_made_anew(capture: Path, cache: Path) -> None:
    first = run_program(capture)
    (entry,) = cache.iterdir()
    for path in entry.iterdir():
        path.chmod(0o600)
        path.write_bytes(b"x" * path.stat().st_size)
    status, out, err = run_program(capture)
    assert (status, out) == first[:2]
    assert (err.count("\n"), "damaged" in err) == (1, True)
    assert run_program(capture) == first


@pytest.mark.usefixtures("cache")
def test_little_memory_gives_the_same_rows(capture: Path) -> None:
    assert run_program(capture, "--memory", "256MiB") == run_program(capture, "--no-cache")


def test_a_folder_of_logs_is_found_again(capture: Path, cache: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    run_program(capture, "--write", logs)
    own = b"\n".join(rows(logs / "conn.log")) + b"\n"
    with (logs / "conn.log").open("ab") as log:
        log.write(own * (limits.CACHED_BYTES // len(own) + 1))
    first = run_program(logs)
    (entry,) = cache.iterdir()
    assert run_program(logs) == first
    asked = (logs, "--print", "conn", "--count-by", "proto,conn_state")
    assert run_program(*asked) == run_program(*asked, "--no-cache")
    with (logs / "conn.log").open("ab") as log:
        log.write(own)
    assert run_program(logs) != first
    assert len(list(cache.iterdir())) == 2
    assert entry.exists()


def test_the_screen_stays_whatever_happens_to_what_was_kept(kept: Path, terminal: Terminal) -> None:
    terminal.wait_for("many.pcap", f"{PACKETS:,} packets")
    # Nobody reads the capture.
    assert [child for shell in children(terminal.pid) for child in children(shell)] == []
    for path in kept.glob("*.arrow"):
        path.chmod(0o600)
        with path.open("r+b") as file:
            file.truncate(0)
    terminal.press("G")
    terminal.wait_for("▸ 22:13:20.499")
    terminal.press("2")
    terminal.wait_for("ip or not ip")
    terminal.press("q")
    terminal.wait_for("status 0")


def test_what_the_screen_has_read_is_kept(cache: Path, capture: Path, terminal: Terminal) -> None:
    wait_until(lambda: list(cache.glob("[!.]*/manifest.json")), 90)
    terminal.press("q")
    terminal.wait_for("status 0")
    (entry,) = cache.iterdir()
    first = run_program(capture)
    assert first == run_program(capture, "--no-cache")
    assert list(cache.iterdir()) == [entry]


@pytest.mark.parametrize("size", ["5xx", "", "-1"])
def test_what_is_no_size(size: str) -> None:
    for option in ("--memory", "--cache-size"):
        status, _, err = run_program("--demo", f"{option}={size}")
        assert (status, err.count("\n")) == (2, 1)
        assert option in err

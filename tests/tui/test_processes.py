"""The program as a shell starts it: its standard streams, signals, a full disk, a hostile folder."""

import fcntl
import gzip
import os
import pty
import signal
import subprocess
import termios
from pathlib import Path
from typing import Any

import pytest

from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.capture.large import LARGE_PACKETS, many
from tests.parsers.capture.test_zipped import zip_crypto
from tests.processes import PROGRAM, children, finish, is_alive, run_program, run_python, start, wait_until

DATA = pcap([ethernet(ipv4(udp(b"x" * size, dport=9999))) for size in (1, 20, 300)])


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(DATA)
    return path


def shell(command: str, *arguments: str | Path) -> tuple[int, str]:
    """What sh makes of a command in which "$@" is the program; the exit status and what was said."""
    done = subprocess.run(["sh", "-c", command, "sh", PROGRAM, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_version() -> None:
    status, out, err = run_program("--version")
    assert (status, err) == (0, "")
    assert out.startswith("zeektui 0.")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_nobody_reads_on(capture: Path, unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = run_program(capture, stdout=pipe, env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
    assert done[::2] == (0, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_nothing_more_can_be_written(capture: Path, unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    what = "zeektui: standard output: it cannot be written: No space left on device; send it elsewhere\n"
    with Path("/dev/full").open("w") as full:
        assert run_program(capture, stdout=full, env=environment)[::2] == (2, what)
        assert run_program("--version", stdout=full, env=environment)[::2] == (2, what)
        assert run_program("missing", stderr=full, env=environment)[:2] == (2, "")


def test_streams_that_are_closed(tmp_path: Path, capture: Path) -> None:
    (tmp_path / "locked.zip").write_bytes(zip_crypto(DATA))
    out = tmp_path / "out"
    assert shell('"$@" <&- >&- 2>&-', capture) == (0, "")
    assert shell('"$@" <&- >&- 2>&-', tmp_path / "missing") == (2, "")
    assert shell('"$@" >&- 2>&-', capture, "--write", out) == (0, "")
    assert (out / "conn.log").read_text().startswith("#separator")
    status, said = shell('"$@" <&-', tmp_path / "locked.zip")
    assert status == 2
    assert said.endswith("the zip is locked: give its password (--password)\n")


def test_a_disk_that_is_full(tmp_path: Path, capture: Path) -> None:
    out = tmp_path / "out"
    status, said = shell('ulimit -f 1; "$@"', "--demo", "--write", out)
    assert (status, list(out.iterdir())) == (2, [])
    assert said == f"zeektui: {out}: the logs cannot be written there: File too large; name another folder\n"
    packed = tmp_path / "a.pcap.gz"
    packed.write_bytes(gzip.compress(many(100)))
    status, said = shell('ulimit -f 1; TMPDIR="$2/.." "$@"', packed)
    assert status == 2
    assert f"{packed}: there is no room in " in said
    assert said.endswith("to unpack it (File too large); set TMPDIR to another folder\n")


# --- standard input


def piped(content: bytes, *arguments: str | Path, **options: Any) -> tuple[int, str, str]:
    """A run of the program behind a pipe."""
    process = subprocess.run(
        [PROGRAM, *arguments], input=content, capture_output=True, check=False, timeout=60, **options
    )
    return process.returncode, process.stdout.decode(), process.stderr.decode()


def test_a_capture_comes_through_a_pipe(tmp_path: Path, capture: Path) -> None:
    listed = run_program(capture)
    for content in (DATA, gzip.compress(DATA)):
        assert piped(content, "-", env={**os.environ, "PYTHONWARNINGS": "error"}) == listed
    status, out, err = piped(DATA[:-5], "-")
    assert (status, out.split()[:2]) == (1, ["conn", "1"])
    what = f"the capture is cut off in packet 3, at byte {len(DATA) - 5}; the 2 packets before it are shown"
    assert err == f"zeektui: standard input: {what}\n"
    assert piped(DATA, "-", "--write", tmp_path / "out") == (0, "", "")
    assert (tmp_path / "out" / "conn.log").exists()
    assert piped(DATA, "-", "--print", "conn", "--fields", "orig_pkts") == (0, "3\n", "")
    with capture.open("rb") as file:
        assert run_program("-", stdin=file) == listed


def test_without_a_keyboard_it_is_listed_even_on_a_terminal() -> None:
    screen, terminal = pty.openpty()
    reading, writing = os.pipe()
    os.write(writing, DATA)
    os.close(writing)
    # In a session of its own it has no terminal to read keys from.
    assert run_program("-", stdin=reading, stdout=terminal)[::2] == (0, "")
    assert os.read(screen, 1000).decode().split()[:2] == ["conn", "1"]
    for number in (screen, terminal, reading):
        os.close(number)


def test_nothing_comes_through_it() -> None:
    assert piped(b"", "-") == (2, "", "zeektui: standard input: the file is empty\n")
    status, said = shell('"$@" <&-', "-")
    assert (status, said.startswith("zeektui: standard input: nothing comes through it; use it behind a pipe")) == (
        2,
        True,
    )


def test_what_comes_finds_no_room(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(many(100))
    status, said = shell('ulimit -f 4; cat "$2" | TMPDIR="$2/.." "$1" -', path)
    lines = said.splitlines()
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith("zeektui: standard input: there is no room in ")
    assert lines[0].endswith(" for more than its first 2048 bytes (File too large); set TMPDIR to another folder")
    assert lines[1].startswith("zeektui: standard input: the capture is cut off in packet ")


def test_a_pipe_that_never_ends_is_left_with_ctrl_c() -> None:
    process = start("-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write("what begins")
    process.stdin.flush()
    pipe = process.stdin.fileno()
    wait_until(lambda: fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)) == bytes(4))
    process.send_signal(signal.SIGINT)
    assert finish(process) == (130, "", "")


# --- the password


class Typist:
    """Somebody at a terminal who is asked for a password."""

    def __init__(self, path: Path) -> None:
        self._keyboard, terminal = pty.openpty()
        self._process = start(path, stdin=terminal)
        os.close(terminal)

    def answer(self, typed: bytes) -> str:
        """What is said up to the next question, to which the answer is typed."""
        assert self._process.stderr is not None
        said = ""
        while not said.endswith(": ") or "password of" not in said:
            new = self._process.stderr.read(1)
            assert new, said
            said += new
        os.write(self._keyboard, typed)
        return said

    def finish(self) -> tuple[int, str, str]:
        done = finish(self._process)
        os.close(self._keyboard)
        return done


# Without a terminal of its own the program asks on standard error, and says that it had to.
@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked.zip"
    path.write_bytes(zip_crypto(DATA))
    return path


def test_the_password_is_asked_for(locked: Path) -> None:
    typist = Typist(locked)
    assert typist.answer(b"wrong\n") == "password of locked.zip: "
    wrong = f"zeektui: {locked}: this is not the zip's password"
    assert typist.answer(b"infected\n").split("\n") == ["", wrong, "password of locked.zip: "]
    status, out, err = typist.finish()
    assert (status, err) == (0, "\n")
    assert out.split()[0] == "conn"


def test_no_password_is_right(locked: Path) -> None:
    typist = Typist(locked)
    for _ in range(3):
        typist.answer(b"wrong\n")
    status, out, err = typist.finish()
    assert (status, out, err) == (2, "", f"\nzeektui: {locked}: this is not the zip's password\n")


@pytest.mark.parametrize(("typed", "status", "said"), [(b"\4", 2, "no password was given\n"), (b"\3", 130, None)])
def test_the_question_is_turned_down(locked: Path, typed: bytes, status: int, said: str | None) -> None:
    typist = Typist(locked)
    if said is None:
        # The terminal is not the program's own here, so that Ctrl-C has to be sent by hand.
        typist.answer(b"")
        typist._process.send_signal(signal.SIGINT)
    else:
        typist.answer(typed)
    ended, out, err = typist.finish()
    assert (ended, out) == (status, "")
    assert err.strip() == (f"zeektui: {locked}: {said}".strip() if said else "")


# --- signals


def started_with_workers(*arguments: str | Path) -> "tuple[subprocess.Popen[str], list[int]]":
    """The program at the time when its workers are at work, and these."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor has no workers")
    process = start(*arguments)
    wait_until(lambda: len(children(process.pid)) > 1 or process.poll() is not None)
    workers = children(process.pid)
    assert len(workers) > 1
    return process, workers


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_all_processes_in_silence(large: Path, tmp_path: Path, number: int, status: int) -> None:
    out = tmp_path / "out"
    process, workers = started_with_workers(large, "--write", out)
    # A terminal sends Ctrl-C to all of them.
    os.killpg(process.pid, number)
    assert finish(process) == (status, "", "")
    assert not any(is_alive(worker) for worker in workers)
    assert not out.exists()


def test_workers_do_not_outlive_the_one_who_started_them(large: Path) -> None:
    process, workers = started_with_workers(large)
    process.kill()
    process.communicate()
    wait_until(lambda: not any(is_alive(worker) for worker in workers))


def test_a_worker_that_is_killed_costs_its_packets_alone(large: Path) -> None:
    process, workers = started_with_workers(large)
    os.kill(workers[0], signal.SIGKILL)
    status, out, err = finish(process)
    assert (status, err.count("\n")) == (1, 1)
    start_of_line, _, why = err.partition(" packets could not be analysed: ")
    assert why == "a worker process ended early; is memory short?\n"
    assert 0 < int(start_of_line.removeprefix(f"zeektui: {large}: ")) < LARGE_PACKETS / 2
    assert 0 < int(out.split()[1]) < 500


def test_nothing_is_warned_of(large: Path) -> None:
    status, out, err = run_program(large, env={**os.environ, "PYTHONWARNINGS": "error"})
    assert (status, err) == (0, "")
    assert out.split()[:2] == ["conn", "500"]


# --- a folder that somebody else has filled


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder of modules with the names of ours, of those that we use, and of Python's own."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("parsers", "tui", "numpy", "pyarrow", "pefile", "textual", "json", "signal", "sitecustomize"):
        (folder / f"{name}.py").write_text(f"open({str(folder / 'executed')!r}, 'a').write({name!r})\n")
    return folder


def test_modules_beside_the_capture_are_not_executed(hostile: Path, large: Path) -> None:
    (hostile / "a.pcap").write_bytes(DATA)
    assert run_program("a.pcap", cwd=hostile)[0] == 0
    assert run_program(large, cwd=hostile)[0] == 0
    assert not (hostile / "executed").exists()


REMOTE = """
import os, sys
from pathlib import Path
from parsers.files.inspect import InspectError
from parsers.inspection import Inspection
from parsers.remote import RemoteReader
from parsers.source import LogSet

os.chdir(sys.argv[1])
logs = LogSet()
logs.read(RemoteReader([Path(sys.argv[2])]).updates())
fuid = logs.frame("pe")["id"][0]
report = Inspection([Path(sys.argv[2])], None, lambda: logs.table("files"))(fuid, lambda: False)
print(logs.names, len(report.sections))
"""


def test_modules_beside_it_are_not_executed_by_helpers_either(hostile: Path) -> None:
    from tui.options import demo

    status, out, err = run_python(REMOTE, hostile, demo())
    assert (status, err) == (0, "")
    assert "'pe', 'files', 'http'" in out
    assert not (hostile / "executed").exists()


def test_a_signal_that_comes_while_an_object_is_destroyed_ends_all_the_same() -> None:
    program = """
import os, signal, threading
from tui import batch

class Destroyed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

batch.begin()
del Destroyed
"""
    program = program.replace("del Destroyed", "Destroyed()\nthreading.Event().wait(60)")
    assert run_python(program) == (128 + signal.SIGTERM, "", "")

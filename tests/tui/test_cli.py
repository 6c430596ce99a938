"""The command line in this process: what is said of what is opened, and with which exit status."""

import gzip
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from parsers.updates import Batch, Update
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.capture.test_zipped import plain, zip_crypto
from tests.parsers.zeek.logs import log
from tui import cli

FRAMES = [ethernet(ipv4(udp(b"x" * size, dport=9999))) for size in (1, 20, 300)]
DATA = pcap(FRAMES)
FIRST_END = 24 + 16 + len(FRAMES[0])
ROWS = log("ts uid n", "time string count", "1.0\tC1\t1", "2.0\tC2\t2", "3.0\tC3\t3", path="conn")
HEADER_LINES = ROWS.index("1.0")


@pytest.fixture(autouse=True)
def _undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a run changes in its process for good."""
    monkeypatch.setattr(sys, "meta_path", sys.meta_path.copy())
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Said:
    """The exit status of a run, the lines of its output, its complaints."""

    def __init__(self, status: object, out: str, err: str) -> None:
        self.status = status
        self.out = out.splitlines()
        self.err = err.splitlines()
        assert all(line.startswith("zeektui: ") for line in self.err)
        assert all(line.isprintable() for line in self.err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def runs(*arguments: str | Path) -> Said:
        status: object
        try:
            status = cli.main([os.fspath(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        return Said(status, *capsys.readouterr())

    return runs


def test_a_capture_is_listed(tmp_path: Path, run: Any) -> None:
    (tmp_path / "a.pcap").write_bytes(DATA)
    said = run(tmp_path / "a.pcap")
    assert (said.status, said.err) == (0, [])
    assert [line.split() for line in said.out] == [
        ["conn", "1", "2023-11-14T22:13:20.000000Z", "2023-11-14T22:13:20.000000Z"],
        ["packet_filter", "1", "2023-11-14T22:13:20.000000Z", "2023-11-14T22:13:20.000000Z"],
    ]


def test_the_demonstration_is_read_whole(run: Any) -> None:
    said = run("--demo")
    assert (said.status, said.err) == (0, [])
    assert [line.split()[0] for line in said.out][:3] == ["pe", "files", "http"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "give captures, a folder of Zeek logs, or --demo"),
        (["--demo", "a.pcap"], "give captures, a folder of Zeek logs, or --demo"),
        (["a.pcap", "--format", "csv"], "--format says how logs are written: it goes with --write DIR or --print LOG"),
        (["--writ", "a.pcap"], "unrecognized arguments: --writ"),
        (["a.pcap", "-x\x1b[31m\n\udcff"], r"unrecognized arguments: -x\x1b[31m\x0a\xff"),
        (["a.pcap", "--write"], "argument --write: expected one argument"),
        (["a.pcap", "--write", ""], "argument --write: the name is empty"),
        ([""], "argument PATH: the name is empty"),
    ],
)
def test_wrong_use(run: Any, arguments: list[str], what: str) -> None:
    said = run(*arguments)
    assert (said.status, said.out) == (2, [])
    assert said.err == [f"zeektui: {what}; zeektui --help shows how it is used"]


def test_help(run: Any) -> None:
    said = run("--help")
    assert said.status == 0
    assert "  zeektui --demo                       open a sample infection; its bytes are harmless" in said.out
    assert all(len(line) <= 115 for line in said.out)


# What a file holds, the exit status, what is said after the file's name.
FILES: dict[str, tuple[bytes, int, str | None]] = {
    "empty": (b"", 2, "the file is empty"),
    "text.pcap": (b"Dear reader,\n", 2, "this looks like text, not a capture"),
    "picture.pcap": (b"\x89PNG\r\n\x1a\n" + bytes(99), 2, "this is a PNG picture, not a capture"),
    "program.pcap": (b"MZ\x90\0" + bytes(99), 2, "this is a Windows program (PE), not a capture"),
    "user.pcap": (pcap(FRAMES, link=147), 2, "packets of link type 147 (USER0) are not read; "),
    "no packets.pcap": (pcap([]), 0, "the capture holds no packets: nothing to show"),
    "cut in its header.pcap": (DATA[:10], 2, "the capture is cut off in its header, at byte 10"),
    "cut in the first record.pcap": (
        DATA[:30],
        2,
        "the capture is cut off in packet 1, at byte 30; no packet stands before it",
    ),
    "cut in a record header.pcap": (
        DATA[: FIRST_END + 7],
        1,
        f"the capture is cut off in packet 2, at byte {FIRST_END + 7}; the one packet before it is shown",
    ),
    "cut in a packet.pcap": (
        DATA[:-5],
        1,
        f"the capture is cut off in packet 3, at byte {len(DATA) - 5}; the 2 packets before it are shown",
    ),
    "whole.pcap.gz": (gzip.compress(DATA), 0, None),
    "cut at its start.pcap.gz": (
        gzip.compress(DATA)[:12],
        2,
        "the gzip is cut off at byte 12; get the file again",
    ),
    "garbage.gz": (
        b"\x1f\x8b" + b"\xff" * 99,
        2,
        "the gzip is damaged near byte ",
    ),
    "packed garbage.gz": (
        gzip.compress(b"\1\2\3garbage"),
        2,
        "this is not a capture, nor anything else that is known here",
    ),
    "no capture.zip": (plain({"a.txt": b"hi"}), 2, "in this zip: a.txt: this looks like text, not a capture"),
    "two captures.zip": (plain({"a.pcap": DATA, "b.pcap": DATA}), 0, None),
    "locked.zip": (zip_crypto(DATA), 2, "the zip is locked: give its password (--password)"),
    "good.log": (ROWS.encode(), 0, None),
    "without rows.log": (ROWS[:HEADER_LINES].encode(), 0, None),
    "empty.log": (b"", 2, "the file is empty"),
    "headerless.log": (
        ROWS[HEADER_LINES:].encode(),
        2,
        "no Zeek log: no #fields line stands before its rows; give a log as Zeek wrote it, header and all",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files(tmp_path: Path, run: Any, name: str) -> None:
    content, status, what = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    said = run(path)
    assert len(said.err) == bool(what)
    assert all(line.startswith(f"zeektui: {path}: {what}") for line in said.err)
    assert said.status == status
    assert bool(said.out) == (status == 1 or what is None)


def test_a_gzip_that_is_cut_off(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "cut.pcap.gz"
    packed = gzip.compress(pcap([ethernet(ipv4(udp(os.urandom(500), dport=9999))) for _ in range(20)]))
    path.write_bytes(packed[:6000])
    said = run(path)
    assert said.status == 1
    assert said.err[0] == f"zeektui: {path}: the gzip is cut off at byte 6000; what comes before is shown"
    assert said.err[1].startswith(f"zeektui: {path}: the capture is cut off in packet ")
    assert said.out


@pytest.mark.parametrize(
    ("text", "what", "rows"),
    [
        (ROWS.replace("2.0\tC2\t2\n", "2.0\tC2\n"), "2 cells, the header names 3 fields; the row is left out", 2),
        (ROWS[: ROWS.index("\t3\n#close")], "the file ends in the middle of this line; it is left out", 2),
        (ROWS[: ROWS.index("\n#close")], "the file ends in the middle of this line; its last cell may be cut off", 3),
    ],
)
def test_rows_of_a_log_that_are_lost(tmp_path: Path, run: Any, text: str, what: str, rows: int) -> None:
    (tmp_path / "conn.log").write_text(text)
    said = run(tmp_path)
    line = HEADER_LINES and ROWS[:HEADER_LINES].count("\n") + (2 if "2 cells" in what else 3)
    assert said.err == [f"zeektui: conn.log:{line}: {what}"]
    assert said.status == 1
    assert said.out[0].split()[:2] == ["conn", str(rows)]


def test_what_is_no_file(tmp_path: Path, run: Any) -> None:
    missing = tmp_path / "missing"
    assert run(missing).err == [f"zeektui: {missing}: there is no such file or folder; is the name right?"]
    said = run(tmp_path)
    assert said.err == [
        f"zeektui: {tmp_path}: no NAME.log or NAME.log.gz in it, it is empty; give the folder of the logs"
    ]
    (tmp_path / "notes.txt").touch()
    assert "only notes.txt" in run(tmp_path).err[0]
    assert run(tmp_path / "notes.txt" / "deeper").status == 2
    assert run("/dev/null").err == [
        "zeektui: /dev/null: is no file and no folder; give a capture or a folder of Zeek logs"
    ]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may do everything: be nobody for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_no_permission(tmp_path: Path, run: Any) -> None:
    run("--demo")  # whatever is needed is loaded
    (tmp_path / "a.pcap").write_bytes(DATA)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "conn.log").write_text(ROWS)
    for path in (tmp_path / "a.pcap", tmp_path / "logs"):
        path.chmod(0)
        with unprivileged():
            said = run(path)
        path.chmod(0o700)
        assert said.status == 2
        assert said.err == [f"zeektui: {path}: no permission to read it; try chmod, or copy it as its owner"]


def test_a_folder_that_may_not_be_written(tmp_path: Path, run: Any) -> None:
    run("--demo", "--write", tmp_path / "first")
    tmp_path.chmod(0o500)
    with unprivileged():
        said = run("--demo", "--write", tmp_path / "second")
    tmp_path.chmod(0o700)
    assert said.status == 2
    what = f"{tmp_path}/second: the logs cannot be written there: "
    assert said.err[0].startswith(f"zeektui: {what}")
    assert "ermission" in said.err[0]


@pytest.mark.parametrize("name", [b"a\xff\xfe", b"a\x1b[31mred", b"two\nlines", b"[red]a[]", b"\xe2\x80\xaetxt"])
def test_names_that_are_hostile(tmp_path: Path, run: Any, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    assert run(path).status == 2
    path.write_bytes(DATA[:-5])
    said = run(path)
    assert (said.status, len(said.err), len(said.out)) == (1, 1, 2)
    assert run(path, "--write", tmp_path / os.fsdecode(b"out" + name)).status == 1
    path.write_bytes(b"text")
    said = run(path)
    assert said.status == 2
    assert said.err[0].endswith(": this looks like text, not a capture")


@pytest.mark.parametrize(("password", "status"), [("infected", 0), ("wrong", 2), ("\udcff", 2), ("", 2)])
def test_a_password_that_is_given(tmp_path: Path, run: Any, password: str, status: int) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(zip_crypto(DATA))
    said = run(path, "--password", password)
    assert said.status == status
    assert said.err == ([f"zeektui: {path}: this is not the zip's password"] if status else [])


# --- written to disk


def test_logs_are_written(tmp_path: Path, run: Any) -> None:
    out = tmp_path / "new" / "folder"
    said = run("--demo", "--write", out)
    assert (said.status, said.out, said.err) == (0, [], [])
    names = {path.name for path in out.iterdir()}
    assert {"conn.log", "dns.log", "files.log", "http.log", "pe.log", "packet_filter.log"} <= names
    again = run(out)
    assert (again.status, again.err) == (0, [])
    assert again.out == run("--demo").out


@pytest.mark.parametrize(("form", "suffix"), [("json", ".log"), ("parquet", ".parquet"), ("csv", ".csv")])
def test_logs_are_written_in_a_format(tmp_path: Path, run: Any, form: str, suffix: str) -> None:
    said = run("--demo", "--write", tmp_path, "--format", form)
    assert (said.status, said.out, said.err) == (0, [], [])
    assert {"conn", "pe"} <= {path.name.removesuffix(suffix) for path in tmp_path.iterdir()}
    again = run(tmp_path)
    if form == "csv":
        assert again.status == 2
    else:
        assert (again.status, again.err, again.out) == (0, [], run("--demo").out)


def test_what_is_there_already_is_found_before_all_is_read(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conn.log").write_text(ROWS)
    out = tmp_path / "out"
    assert run(tmp_path / "conn.log", "--write", out).status == 0
    monkeypatch.setattr("parsers.export.folder.write", None)
    said = run(tmp_path / "conn.log", "--write", out, "--format", "parquet")
    assert said.err == [
        f"zeektui: {out}: the logs cannot be written there: conn.log is there already; name another folder"
    ]


def test_nothing_is_ever_overwritten(tmp_path: Path, run: Any) -> None:
    (tmp_path / "a.pcap").write_bytes(DATA)
    (tmp_path / "conn.log").write_text("mine")
    said = run(tmp_path / "a.pcap", "--write", tmp_path)
    assert said.status == 2
    assert said.err == [
        f"zeektui: {tmp_path}: the logs cannot be written there: conn.log is there already; name another folder"
    ]
    assert (tmp_path / "conn.log").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pcap", "conn.log"]


def test_a_file_that_is_in_the_way_is_found_before_anything_is_read(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(b"no capture")
    for folder in (path, path / "logs" / "of today"):
        said = run(path, "--write", folder)
        assert said.status == 2
        assert said.err == [
            f"zeektui: {folder}: the logs cannot be written there: {path} is no folder; name another folder"
        ]


# --- on a screen


class App:
    """Stands for the app."""

    opened: "App"
    return_code = 1

    def __init__(
        self,
        title: str,
        updates: Iterator[Update],
        stop: Any,
        captures: Any,
        password: Any,
        *,
        checksums: bool,
        whole: Any,
    ) -> None:
        self.title, self.updates, self.stop, self.captures, self.password = title, updates, stop, captures, password
        self.checksums, self.whole = checksums, whole
        App.opened = self

    def run(self) -> None:
        self.logs = {update.log for update in self.updates if isinstance(update, Batch)}


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui import app

    monkeypatch.setattr(app, "ZeekTui", App)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(cli, "is_terminal", lambda **_: True)


@pytest.mark.usefixtures("screen")
def test_a_terminal_gets_the_app(tmp_path: Path, run: Any) -> None:
    (tmp_path / "conn.log").write_text(ROWS)
    (tmp_path / "a.pcap").write_bytes(DATA)
    assert run(tmp_path / "a.pcap").status == App.return_code
    app = App.opened
    assert (app.title, app.captures, app.logs) == ("a.pcap", [tmp_path / "a.pcap"], {"conn", "packet_filter"})
    assert not app.checksums
    run(tmp_path / "a.pcap", "--checksums")
    app = App.opened
    assert (app.checksums, app.logs) == (True, {"packet_filter", "weird"})
    run(tmp_path)
    app = App.opened
    assert (app.title, app.captures, app.logs) == (tmp_path.name, [], {"conn"})
    app.stop()


@pytest.mark.usefixtures("screen")
def test_what_cannot_be_opened_is_told_before_there_is_an_app(tmp_path: Path, run: Any) -> None:
    App.opened = None  # type: ignore[assignment]
    for name in ("text.pcap", "headerless.log", "user.pcap"):
        content, status, what = FILES[name]
        (tmp_path / name).write_bytes(content)
        said = run(tmp_path / name)
        assert said.status == status
        assert [line.startswith(f"zeektui: {tmp_path / name}: {what}") for line in said.err] == [True]
    assert App.opened is None


@pytest.mark.usefixtures("screen")
def test_the_password_is_asked_for(tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked\x1b.zip"
    path.write_bytes(zip_crypto(DATA))
    prompts: list[str] = []
    typed = iter(["wrong", "infected"])

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return next(typed)

    monkeypatch.setattr("getpass.getpass", ask)
    said = run(path)
    assert prompts == [r"password of locked\x1b.zip: "] * 2
    assert said.err == [f"zeektui: {tmp_path}/locked\\x1b.zip: this is not the zip's password"]
    assert (App.opened.password, App.opened.logs) == (b"infected", {"conn", "packet_filter"})
    typed = iter(["1", "2", "3"])
    assert (run(path).status, len(prompts)) == (2, 5)


def test_wrong_checksums_are_left_out_where_that_is_asked(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(DATA)
    assert run(path, "--print", "conn").err == []
    said = run(path, "--checksums", "--print", "conn")
    assert (said.status, said.out) == (0, [])
    assert "without --checksums" in said.err[0]
    assert run(path, "--checksums", "--write", tmp_path / "logs").status == 0
    assert {file.name for file in (tmp_path / "logs").iterdir()} == {"packet_filter.log", "weird.log"}


def test_logs_hold_no_checksums(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "conn.log"
    path.write_text(ROWS)
    said = run(path, "--checksums")
    what = "these are logs, and checksums are in captures: leave --checksums out"
    assert (said.status, said.err) == (2, [f"zeektui: {path}: {what}"])

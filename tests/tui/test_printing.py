"""--print: one log on standard output, as zeek-cut would have it and as pipes need it."""

import csv
import io
import json
import os
import pty
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from parsers import schema
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.zeek.logs import log
from tests.processes import PROGRAM, run_program, run_python, start
from tests.tui.test_cli import _undone, run  # noqa: F401  fixtures

EXECUTABLES = ("--where", 'resp_mime_types == "application/x-dosexec"')
ROWS = log(
    "ts uid id.orig_h bytes names text",
    "time string addr count set[string] string",
    "3.000000\tC1\t10.0.0.10\t5\ta,b\t-",
    "1.000000\tC2\t10.0.0.9\t-\t(empty)\t(empty)",
    "2.000000\tC3\t10.0.0.9\t70\t-\ta\\x09b\\x1b[31m \\\\",
    path="odd",
)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "odd.log").write_text(ROWS)
    (folder / "conn.log").write_text(log("ts uid", "time string", "1.000000\tC1", path="conn"))
    return folder


def lines(text: str) -> list[str]:
    """The rows of a log."""
    return [line for line in text.splitlines() if not line.startswith("#")]


# --- as zeek-cut


def test_a_log_is_printed_as_it_is_written(logs: Path, run: Any) -> None:  # noqa: F811
    said = run(logs, "--print", "odd")
    assert (said.status, said.out, said.err) == (0, lines(ROWS), [])
    assert run(logs, "--print", "odd.log").out == lines(ROWS)
    assert run("--print", "odd", logs).out == lines(ROWS)


def test_fields_are_those_that_cut_would_print(shared: Path, run: Any) -> None:  # noqa: F811
    folders = sorted((shared / "conformance" / "zeek-logs").glob("[hst]*"))
    for path in sorted(path for folder in folders for path in folder.glob("*.log"))[::12]:
        rows = [line.split("\t") for line in lines(path.read_text())]
        (head,) = {line for line in path.read_text().splitlines() if line.startswith("#fields")}
        fields = head.split("\t")[1:]
        assert run(path, "--print", path.stem).out == ["\t".join(row) for row in rows]
        chosen = [fields[-1], *fields[:3]] if len(fields) > 3 else fields[:1]
        wanted = ["\t".join(row[fields.index(field)] for field in chosen) for row in rows]
        assert run(path.parent, "--print", path.stem, "--fields", ",".join(chosen)).out == wanted


def test_counts_are_those_of_sort_and_uniq(shared: Path, run: Any) -> None:  # noqa: F811
    folders = sorted((shared / "conformance" / "zeek-logs").glob("[hst]*"))
    for path in sorted(path for folder in folders for path in folder.glob("conn.log"))[::8]:
        cells = [line.split("\t") for line in lines(path.read_text())]
        # id.resp_p, conn_state
        wanted = Counter(f"{row[5]}\t{row[11]}" for row in cells)
        said = run(path, "--print", "conn", "--count-by", "id.resp_p,conn_state")
        assert {key: int(count) for count, _, key in (line.partition("\t") for line in said.out)} == wanted
        counts = [int(line.partition("\t")[0]) for line in said.out]
        assert counts == sorted(counts, reverse=True)


# --- what is asked


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["--fields", "uid, bytes", "--where", "bytes > 1"], ["C1\t5", "C3\t70"]),
        (["--sort", "id.orig_h,-ts", "--fields", "uid"], ["C3", "C2", "C1"]),
        (["--sort", "-bytes", "--fields", "uid"], ["C3", "C1", "C2"]),
        (["--sort=-bytes", "--fields", "uid"], ["C3", "C1", "C2"]),
        (["--sort", "-ts", "--head", "1", "--fields", "uid"], ["C1"]),
        (["--head", "2", "--fields", "uid"], ["C1", "C2"]),
        (["--head", "2"], lines(ROWS)[:2]),
        (["--head", "0"], []),
        (["--where", "bytes > 100"], []),
        (["--where", ""], lines(ROWS)),
        (["--count-by", "id.orig_h"], ["2\t10.0.0.9", "1\t10.0.0.10"]),
        (["--count-by", "names"], ["1\ta", "1\tb", "1\t(empty)", "1\t-"]),
        (["--count-by", "id.orig_h", "--sort", "-id.orig_h", "--fields", "id.orig_h"], ["10.0.0.10", "10.0.0.9"]),
    ],
)
def test_what_is_asked(logs: Path, run: Any, arguments: list[str], out: list[str]) -> None:  # noqa: F811
    said = run(logs, "--print", "odd", *arguments)
    assert (said.status, said.out, said.err) == (0, out, [])


def test_the_executable_of_the_demonstration(run: Any) -> None:  # noqa: F811
    fields = ["id.resp_h", "id.resp_p", "uri"]
    said = run("--demo", "--print", "http", *EXECUTABLES, "--fields", ",".join(fields))
    (row,) = said.out
    assert row.endswith("/t/2231/Delivery_Note_2231.pdf.exe")
    (told,) = run("--demo", "--print", "http", *EXECUTABLES, "--format", "json").out
    assert [str(json.loads(told)[field]) for field in fields] == row.split("\t")


def test_rows_of_a_capture_are_in_order_of_time(run: Any) -> None:  # noqa: F811
    times = run("--demo", "--print", "conn", "--fields", "ts").out
    assert len(times) > 10
    assert times == sorted(times)
    assert run("--demo", "--print", "conn", "--fields", "ts", "--head", "3").out == times[:3]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--print", "odd", "--fields", "uidd"], "--fields: this log has no field uidd; near: uid"),
        (["--print", "odd", "--sort", "-byte"], "--sort: this log has no field byte; near: bytes"),
        (
            ["--print", "odd", "--count-by", "q"],
            "--count-by: this log has no field q; it has ts, uid, id.orig_h, bytes, ",
        ),
        (["--print", "odd", "--where", "uid = C1"], "--where, character 5: compare with == (two signs)"),
        (
            ["--print", "odd", "--where", "uid =="],
            "--where, character 7: expected a value after ==; the text ends here",
        ),
        (["--print", "con"], "PATH: no log is called con; there are conn, odd"),
        (["--print", "a\x1b[31m"], r"PATH: no log is called a\x1b[31m; there are conn, odd"),
    ],
)
def test_what_is_not_there(logs: Path, run: Any, arguments: list[str], what: str) -> None:  # noqa: F811
    said = run(logs, *arguments)
    assert (said.status, said.out, len(said.err)) == (2, [], 1)
    assert said.err[0].startswith(f"zeektui: {what.replace('PATH', str(logs))}")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--where", "x"], "--where says what is printed of a log: it goes with --print LOG"),
        (["--count-by", "x"], "--count-by says what is printed of a log: it goes with --print LOG"),
        (["--write", "out", "--head", "1"], "--head says what is printed of a log: it goes with --print LOG"),
        (["--print", "conn", "--write", "out"], "--print and --write are done one at a time: leave one of them out"),
        (["--print", "conn", "--head", "-1"], "argument --head: a number of rows is needed, not '-1'"),
        (["--print", "conn", "--head", "many"], "argument --head: a number of rows is needed, not 'many'"),
        (["--print", "conn", "--sort", "--head", "1"], "argument --sort: expected one argument"),
        (["--print"], "argument --print: expected one argument"),
        (["--print", ".log"], "argument --print: name a log, such as conn"),
    ],
)
def test_wrong_use(run: Any, arguments: list[str], what: str) -> None:  # noqa: F811
    said = run("a.pcap", *arguments)
    assert (said.status, said.out) == (2, [])
    assert said.err == [f"zeektui: {what}; zeektui --help shows how it is used"]


def test_what_is_wrong_with_a_question_to_a_capture_is_told_before_it_is_read(tmp_path: Path, run: Any) -> None:  # noqa: F811
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap([ethernet(ipv4(udp(b"x")))])[:-1])
    assert len(run(path, "--print", "conn").err) == 1
    for arguments in (
        ["--print", "dnss"],
        ["--print", "dns", "--fields", "uidd"],
        ["--print", "dns", "--where", "a b"],
    ):
        said = run(path, *arguments)
        assert (said.status, said.out, len(said.err)) == (2, [], 1)
        assert str(path) not in said.err[0]


def test_a_log_without_rows_is_empty(logs: Path, run: Any) -> None:  # noqa: F811
    for path in (logs, "--demo"):
        said = run(path, "--print", "tunnel" if path == "--demo" else "dns")
        assert (said.status, said.out, said.err) == (0, [], [])
    (head,) = [line for line in run(logs, "--print", "dns", "--format", "zeek").out if line.startswith("#fields")]
    assert head.split("\t")[1:4] == ["ts", "uid", "id.orig_h"]


# --- formats


def test_formats(logs: Path, run: Any) -> None:  # noqa: F811
    asked = (logs, "--print", "odd", "--fields", "uid,bytes,names")
    rows = [["C1", 5, ["a", "b"]], ["C2", None, []], ["C3", 70, None]]
    assert [json.loads(line) for line in run(*asked, "--format", "json").out] == [
        {"uid": "C1", "bytes": 5, "names": ["a", "b"]},
        {"uid": "C2", "names": []},
        {"uid": "C3", "bytes": 70},
    ]
    assert list(csv.reader(run(*asked, "--format", "csv").out)) == [
        ["uid", "bytes", "names"],
        ["C1", "5", "a,b"],
        ["C2", "", "(empty)"],
        ["C3", "70", ""],
    ]
    again = logs.parent / "odd.log"
    again.write_text("\n".join(run(*asked, "--format", "zeek").out) + "\n")
    assert run(again, "--print", "odd").out == run(*asked).out
    done = subprocess.run([PROGRAM, *asked, "--format", "parquet"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    table = pq.read_table(io.BytesIO(done.stdout))
    assert [list(row.values()) for row in table.to_pylist()] == rows
    assert schema.types(table) == {"uid": "string", "bytes": "count", "names": "set[string]"}


def test_counts_are_typed(logs: Path, run: Any) -> None:  # noqa: F811
    asked = (logs, "--print", "odd", "--count-by", "id.orig_h")
    assert run(*asked, "--format", "json").out == [
        '{"count":2,"id.orig_h":"10.0.0.9"}',
        '{"count":1,"id.orig_h":"10.0.0.10"}',
    ]
    assert run(*asked, "--format", "csv").out == ["count,id.orig_h", "2,10.0.0.9", "1,10.0.0.10"]
    assert "#types\tcount\taddr" in run(*asked, "--format", "zeek").out


# --- pipes


def shell(command: str, *arguments: str | Path) -> tuple[int, str, str]:
    """What bash makes of a command in which "$@" is the program."""
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}", "bash", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A log that no pipe holds."""
    path = tmp_path / "conn.log"
    rows = (f"{number}.000000\tC{number:09}\t{number % 7}" for number in range(200_000))
    path.write_text(log("ts uid n", "time string count", *rows, path="conn"))
    return path


@pytest.mark.parametrize("arguments", [["--fields", "ts"], ["--format", "csv"]])
def test_a_reader_that_has_seen_enough(many: Path, arguments: list[str]) -> None:
    status, out, err = shell('"$@" | head -1', many, "--print", "conn", *arguments)
    assert (status, len(out.splitlines()), err) == (0, 1, "")


def test_a_reader_that_has_seen_enough_of_parquet(many: Path) -> None:
    status, _, err = shell('"$@" | head -c 100 | wc -c', many, "--print", "conn", "--format", "parquet")
    assert (status, err) == (0, "")


def test_pipes_of_the_shell(many: Path) -> None:
    status, out, err = shell('"$@" | sort | uniq -c | sort -rn', many, "--print", "conn", "--fields", "n")
    assert (status, err) == (0, "")
    counted = run_program(many, "--print", "conn", "--count-by", "n")
    assert Counter(map(tuple, map(str.split, out.splitlines()))) == Counter(
        map(tuple, map(str.split, counted[1].splitlines()))
    )


def test_output_that_is_closed(many: Path) -> None:
    assert shell('"$@" >&-', many, "--print", "conn") == (0, "", "")


@pytest.mark.parametrize("arguments", [["--format", "parquet"], ["--head", "1"]])
def test_a_disk_that_is_full(many: Path, arguments: list[str]) -> None:
    what = "zeektui: standard output: it cannot be written: No space left on device; send it elsewhere\n"
    assert shell('"$@" >/dev/full', many, "--print", "conn", *arguments) == (2, "", what)


def test_what_could_not_be_read_goes_to_standard_error(logs: Path) -> None:
    (logs / "odd.log").write_text(ROWS.replace("\t70\t", "\tseventy\t"))
    done = run_program(logs, "--print", "odd", "--fields", "uid,bytes")
    assert done[:2] == (1, "C1\t5\nC2\t-\nC3\t-\n")
    assert done[2].startswith("zeektui: odd.log:")


def test_a_terminal_gets_nothing_but_text(logs: Path) -> None:
    hostile = "\u202etxt.exe \x9b31m"
    (logs / "odd.log").write_text(ROWS.replace("C1", hostile))
    keyboard, terminal = pty.openpty()
    process = start(logs, "--print", "odd", "--fields", "uid", "--head", "1", stdout=terminal)
    os.close(terminal)
    assert process.wait(60) == 0
    assert os.read(keyboard, 1000) == rb"\xe2\x80\xaetxt.exe \xc2\x9b31m" + b"\r\n"
    process.communicate()
    keyboard, terminal = pty.openpty()
    refused = run_program(logs, "--print", "odd", "--format", "parquet", stdout=terminal)
    assert refused[0] == 2
    assert refused[2].startswith("zeektui: parquet is nothing for a terminal: send it into a file or a pipe")


def test_no_pandas_and_no_screen_are_loaded(logs: Path) -> None:
    asked = [str(logs), "--print", "odd", "--where", "bytes > 1", "--count-by", "names", "--sort", "-count"]
    code = f"import sys; from tui.cli import main; main({asked}); print({{'pandas', 'textual'}} & {{*sys.modules}})"
    assert run_python(code) == (0, "1\ta\n1\tb\n1\t-\nset()\n", "")


def test_what_comes_through_a_pipe(logs: Path) -> None:
    assert shell('cat "$2/odd.log" | "$1" - --print odd --fields uid', logs)[:2] == (0, "C1\nC2\nC3\n")
    nameless = """echo '{"uid":"C1"}' | "$1" - --print stdin --fields uid"""
    assert shell(nameless) == (0, "C1\n", "")

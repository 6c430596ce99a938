"""Syslog over UDP."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.syslog import PROTOCOL, RECORD
from tests.parsers.protocols.feeding import START, Told, connection, datagrams, run
from tests.parsers.protocols.loopback import loopback


def say(*messages: bytes) -> Told:
    return run(PROTOCOL, datagrams([(True, message) for message in messages]), connection("udp", 514))


def test_a_message() -> None:
    told = say(b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed\n")
    row = told.only("syslog")
    assert tuple(row.values()) == (
        START,
        "CuidOfTheTests",
        "10.0.0.1",
        40000,
        "192.0.2.80",
        514,
        "udp",
        "AUTH",
        "CRIT",
        "Oct 11 22:14:15 mymachine su: 'su root' failed\n",
    )
    assert told.service is None
    assert RECORD.table([tuple(row.values())]).num_rows == 1


@pytest.mark.parametrize(
    ("message", "cells"),
    [
        (b"<0>", ("KERN", "EMERG", "")),
        (b"<191>x", ("LOCAL7", "DEBUG", "x")),
        (b"<0013>x", ("USER", "NOTICE", "x")),
        (b"<192>x", ("?-24", "EMERG", "x")),
        (b"<99999999999999999999>x", ("?-127", "DEBUG", "x")),
        (b"no priority", ("UNSPECIFIED", "UNSPECIFIED", "no priority")),
        (b" <34>x", ("UNSPECIFIED", "UNSPECIFIED", " <34>x")),
        (b"<34>caf\xe9", ("AUTH", "CRIT", "caf\\xe9")),
    ],
)
def test_priorities(message: bytes, cells: tuple[str, str, str]) -> None:
    assert tuple(say(message).only("syslog").values())[-3:] == cells


@pytest.mark.parametrize("message", [b"", b"<", b"<>x", b"<x>x", b"<34", b"<34x", b"<-1>x"])
def test_a_priority_that_is_none_ends_it(message: bytes) -> None:
    assert len(say(b"<34>one", message, b"<34>two").rows["syslog"]) == 1


@settings(max_examples=50)
@given(st.binary(max_size=40))
def test_any_message_is_survived(message: bytes) -> None:
    say(message, b"<" + message)


_RSYSLOG = """
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="514")
template(name="told" type="string" string="%syslogfacility-text% %syslogseverity-text% %rawmsg-after-pri%\\n")
*.* action(type="omfile" file="{folder}/told" template="told")
"""


def test_a_real_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("rsyslogd", "logger")
        config = tmp_path / "rsyslog.conf"
        config.write_text(_RSYSLOG.format(folder=tmp_path))
        inside.start("rsyslogd", "-n", "-f", str(config), "-i", str(tmp_path / "pid"))
        inside.wait_for(514, "udp")
        log = ["logger", "-n", "127.0.0.1", "-P", "514", "-d"]
        with inside.captured():
            inside.run(*log, "--rfc3164", "-p", "auth.err", "someone at the door")
            inside.run(*log, "-p", "local3.debug", "and nobody")
        rows = inside.rows("syslog")
        told, deadline = tmp_path / "told", time.monotonic() + 5
        while time.monotonic() < deadline and (not told.exists() or told.read_text().count("\n") < 2):
            os.sched_yield()
        lines = [f"{row['facility']} {row['severity']} {row['message']}".split(" ", 2) for row in rows]
        wanted = [line.split(" ", 2) for line in told.read_text().splitlines()]
        assert [[facility.lower(), severity.lower(), text] for facility, severity, text in lines] == wanted
        assert "someone at the door" in lines[0][2]

"""Redis."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.limits import REDIS_PENDING
from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.redis import PROTOCOL, recognise
from parsers.protocols.redis.record import RECORD
from tests.parsers.protocols.feeding import (
    SECOND,
    START,
    Told,
    Turn,
    connection,
    converse,
    data,
    each_way,
    events,
    run,
)
from tests.parsers.protocols.loopback import loopback

TO = connection(resp_p=6379)


def ask(*words: bytes) -> Turn:
    return True, b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def talk(*turns: Turn, way: str = "whole") -> Told:
    return converse(PROTOCOL, turns, way, connection(resp_p=6379))


def cells(told: Told) -> list[tuple[Any, ...]]:
    return [tuple(row.values())[6:] for row in told.rows.get("redis", [])]


OK: Turn = (False, b"+OK\r\n")
SET = ask(b"SET", b"key", b"value")


@each_way
def test_commands_and_their_replies(way: str) -> None:
    turns = SET, OK, ask(b"get", b"key"), (False, b"$5\r\nvalue\r\n"), ask(b"FOO"), (False, b"-ERR unknown\r\n")
    told = talk(*turns, way=way)
    assert told.service == "redis"
    assert cells(told) == [
        ("SET", "key", "value", True, "OK"),
        ("get", "key", None, True, "value"),
        ("FOO", None, None, False, "ERR unknown"),
    ]
    assert [row["ts"] - START for row in told.rows["redis"]] == [SECOND, 3 * SECOND, 5 * SECOND]
    assert RECORD.table([tuple(row.values()) for row in told.rows["redis"]]).num_rows == 3


def test_what_follows_the_last_reply_has_none() -> None:
    assert cells(talk(SET, OK, ask(b"PING"), (True, b"*1\r\n$4\r\nQU")))[1:] == []
    assert cells(run(PROTOCOL, [*events([SET, OK, ask(b"PING")])][:3], TO))[1:] == [("PING", None, None, None, None)]
    assert cells(talk(SET)) == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b'set k "two \\" words"', ("set", "k", '"two \\" words"')),
        (b"  SET\tk 'a\"b'", ("SET", "k", "'a\"b'")),
        (b'SET k "open', ("SET", "k", '"open')),
        (b"bitop AND to from", ("bitop", "to", None)),
        (b"BLMPOP 1 2 k", ("BLMPOP", "k", None)),
        (b"KEYS", ("KEYS", None, None)),
        (b"SET k v EX 5 nx", ("SET", "k", "v")),
    ],
)
def test_commands_in_one_line(line: bytes, shown: tuple[Any, ...]) -> None:
    assert cells(talk((True, line + b"\r\n"), OK)) == [(*shown, True, "OK")]


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (b"*2\r\n:1\r\n*-1\r\n", "[1, []]"),
        (b"%1\r\n+a\r\n~2\r\n#t\r\n#f\r\n", "{a: (T, F)}"),
        (b"|1\r\n+ttl\r\n:3\r\n_\r\n", "null"),
        (b"$-1\r\n", ""),
        (b"=5\r\ntxt:a\r\n", "txt:a"),
        (b",1.5\r\n", "1.5"),
        (b"(123456789012345678901\r\n", "123456789012345678901"),
    ],
)
@each_way
def test_replies_as_text(reply: bytes, shown: str, way: str) -> None:
    assert cells(talk(SET, (False, reply), way=way)) == [("SET", "key", "value", True, shown)]


def test_errors_with_a_length_and_messages_of_the_server() -> None:
    told = talk(SET, (False, b">2\r\n+message\r\n+hello\r\n"), (False, b"!3\r\nERR\r\n"))
    assert cells(told) == [("SET", "key", "value", False, "ERR")]


def test_who_listens_gets_no_replies() -> None:
    subscribed = (False, b"*3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n")
    told = talk(ask(b"SUBSCRIBE", b"ch"), subscribed, ask(b"RESET"), (False, b"+RESET\r\n"))
    assert cells(told) == [("SUBSCRIBE", None, None, None, None), ("RESET", None, None, True, "RESET")]


@pytest.mark.parametrize(("word", "silent"), [(b"SKIP", 2), (b"OFF", 3)])
def test_a_client_that_wants_no_replies(word: bytes, silent: int) -> None:
    turns = [ask(b"CLIENT", b"REPLY", word), *[ask(b"PING")] * (silent - 1)]
    turns.append(ask(b"CLIENT", b"REPLY", b"ON"))
    told = talk(*turns, OK, ask(b"ECHO"), (False, b"+x\r\n"))
    assert [row[3:] for row in cells(told)] == [*[(None, None)] * silent, (True, "OK"), (True, "x")]


def test_a_server_does_not_begin() -> None:
    assert talk(OK, SET, OK).service is None


def test_what_is_no_reply_is_passed_over() -> None:
    told = talk(SET, OK, SET, (False, b"what?\r\n"), (False, b"+OK\r\n"), (True, b"PING\r\n"))
    assert cells(told) == [("SET", "key", "value", True, "OK")] * 2
    assert told.only("analyzer")["failure_reason"].startswith("successful synchronization never confirmed: ")
    fed: list[Event] = [*events([SET, OK, SET, (False, b"what?\r\n+YES\r\n")])][:4]
    assert [row[-1] for row in cells(run(PROTOCOL, fed, TO))] == ["OK", "YES"]


@pytest.mark.parametrize(
    "broken",
    [
        b"\r\n",
        b"*0\r\n",
        b"*x\r\n",
        b"*1\r\n+PING\r\n",
        b"*1\r\n$-1\r\n\r\n",
        b"*1\r\n$1048577\r\n",
        b"*20001\r\n",
        b"SET k v PX soon\r\n",
        b"x" * 1025,
    ],
)
def test_what_is_no_command_ends_it(broken: bytes) -> None:
    told = talk(SET, OK, (True, broken), OK, SET, OK)
    assert told.service is None
    assert len(cells(told)) == 1


def test_depth_and_size_of_replies_are_bounded() -> None:
    for reply in (b"*1\r\n" * 20 + b":1\r\n", b"*20000\r\n*1\r\n:1\r\n"):
        assert ("SET", "key", "value", True, "[" * 20 + "1" + "]" * 20) not in cells(talk(SET, (False, reply)))
    assert cells(talk(SET, (False, b"*1\r\n" * 19 + b":1\r\n"))) == [
        ("SET", "key", "value", True, "[" * 19 + "1" + "]" * 19)
    ]


def test_holes() -> None:
    fed = [data(*turn) for turn in (SET, OK, SET)]
    behind: list[Event] = [Gap(False, 9, START), data(False, b"rest\r\n+AGAIN\r\n")]
    assert [row[-1] for row in cells(run(PROTOCOL, [*fed, *behind], TO))] == ["OK", "AGAIN"]
    lost: list[Event] = [Gap(True, 9, START), data(*OK)]
    assert [row[-1] for row in cells(run(PROTOCOL, [*fed, *lost], TO))] == ["OK", None]


def test_too_many_wait() -> None:
    told = talk((True, b"PING\r\n" * (REDIS_PENDING + 2)), OK)
    assert told.only("weird")["name"] == "Redis_excessive_pipelining"


def test_recognition() -> None:
    assert recognise(b"", b"+OK\r\n")
    assert recognise(b"", b"$-1\r\n")
    assert recognise(b"", b",1.5\r\n")
    assert not any(recognise(b"", wrong) for wrong in (b"", b"+OK", b"$x\r\n", b"HTTP/1.1 200 OK\r\n", b"+\n\r\n"))
    assert converse(PROTOCOL, [SET, OK], to=connection(resp_p=7000)).service == "redis"


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=20)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    talk(*turns)
    talk(SET, *((is_orig, b"*3\r\n" + content) for is_orig, content in turns))


def test_a_real_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("redis-server", "redis-cli")
        inside.start("redis-server", "--port", "6379", "--save", "", "--dir", str(tmp_path))
        inside.wait_for(6379)
        commands = r"SET colour blue\nGET colour\nLPUSH list a b\nLRANGE list 0 -1\nINCR colour\nGET nothing\n"
        with inside.captured():
            said = inside.run("bash", "-c", f"printf '{commands}' | redis-cli -3").stdout.decode().splitlines()
        rows = {row["cmd.name"]: row for row in inside.rows("redis")}
        assert inside.rows("conn")[0]["service"] == "redis"
        assert (rows["SET"]["cmd.key"], rows["SET"]["cmd.value"], rows["SET"]["reply.value"]) == (
            "colour",
            "blue",
            "OK",
        )
        assert rows["LRANGE"]["reply.value"] == "[b, a]"
        assert rows["INCR"]["reply.value"] in said
        assert (rows["INCR"]["success"], rows["HELLO"]["success"]) == (False, True)

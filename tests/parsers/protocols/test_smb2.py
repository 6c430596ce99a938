"""SMB 2 and 3: shares, files, what travels in them, pipes."""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.files.handle import fuid
from parsers.protocols import dce_rpc, gssapi, ntlm, smb
from parsers.protocols.analyzer import Event, Gap
from tests.parsers.protocols import smb_messages as m
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
from tests.parsers.protocols.rpc_messages import bind, bind_ack, request, response

PROTOCOLS = [smb.PROTOCOL, dce_rpc.PROTOCOL, gssapi.GSSAPI, ntlm.NTLM]
SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188"
FILE = 0x1234
SHARE = "\\\\server\\docs"
HELLO = b"Hello, these are the bytes of a file.\n"
HEAD: list[Turn] = [(True, m.frame(m.tree_connect(SHARE, 1))), (False, m.frame(m.tree_connected(1, 1, 5)))]


def opened(name: str, size: int = 0, options: int = 0, number: int = 2) -> list[Turn]:
    asked, answered = m.create(name, number, 5, options), m.created(number, 5, FILE, size)
    return [(True, m.frame(asked)), (False, m.frame(answered))]


def told(turns: list[Turn], port: int = 445) -> Told:
    return converse(PROTOCOLS, turns, to=connection(resp_p=port))


@each_way
@pytest.mark.parametrize("port", [139, 445, 4711])
def test_a_share_and_a_file_are_opened(way: str, port: int) -> None:
    turns = [*HEAD, *opened("notes.txt", 38)]
    # A message's beginning must be seen in one piece to be taken for one.
    found = run(PROTOCOLS, [data(*turns[0]), *events(turns[1:], way)], connection(resp_p=port))
    assert found.service == "smb"
    tree = found.only("smb_mapping")
    assert (tree["path"], tree["share_type"], tree["service"]) == (SHARE, "DISK", None)
    file = found.only("smb_files")
    assert (file["action"], file["path"], file["name"], file["size"]) == ("SMB::FILE_OPEN", SHARE, "notes.txt", 38)
    assert file["fuid"] is None
    assert file["ts"] == START + 2 * SECOND
    assert file["times.modified"] == (m.FILE_TIME_2020 // 10_000_000 - 11_644_473_600) * SECOND


def test_bytes_before_the_first_message_are_passed_over() -> None:
    session_request = b"\x81\0\0\x44" + bytes(0x44)
    assert len(told([(True, session_request), (False, b"\x82\0\0\0"), *HEAD], port=139).rows["smb_mapping"]) == 1


def test_a_file_that_is_read() -> None:
    turns = [
        *HEAD,
        *opened("a.txt", len(HELLO)),
        (True, m.frame(m.read(3, 5, FILE, 0, 10))),
        (False, m.frame(m.was_read(3, 5, HELLO[:10]))),
        (True, m.frame(m.read(4, 5, FILE, 10, 100))),
        (False, m.frame(m.was_read(4, 5, HELLO[10:]))),
        (True, m.frame(m.close(5, 5, FILE))),
    ]
    found = told(turns)
    file = found.only("files")
    assert (file["source"], file["filename"], file["is_orig"]) == ("SMB", "a.txt", False)
    assert (file["seen_bytes"], file["total_bytes"], file["timedout"]) == (len(HELLO), len(HELLO), False)
    assert found.files[0].content == HELLO
    handle = f"Analyzer::ANALYZER_SMB10.0.0.1192.0.2.80{SHARE}a.txt{m.FILE_TIME_2020}"
    assert file["fuid"] == fuid(handle)
    assert len(found.rows["smb_files"]) == 1


def test_a_file_that_is_written_ends_with_its_closing() -> None:
    turns = [
        *HEAD,
        *opened("ü\x07.txt"),
        (True, m.frame(m.write(3, 5, FILE, 10, HELLO[10:]))),
        (False, m.frame(m.was_written(3, 5, len(HELLO) - 10))),
        (True, m.frame(m.write(4, 5, FILE, 0, HELLO[:10]))),
        (True, m.frame(m.close(5, 5, FILE))),
    ]
    found = told(turns)
    file = found.only("files")
    assert (file["is_orig"], file["total_bytes"], file["timedout"]) == (True, None, False)
    assert found.files[0].content == HELLO
    handle = f"Analyzer::ANALYZER_SMB10.0.0.1192.0.2.80{SHARE}\\xc3\\xbc\\x07.txt{m.FILE_TIME_2020}"
    assert file["fuid"] == fuid(handle)


def test_renamed_deleted_and_the_share_itself() -> None:
    turns = [
        *HEAD,
        *opened("old"),
        (True, m.frame(m.rename(3, 5, FILE, "new"))),
        (True, m.frame(m.delete(4, 5, FILE))),
        (True, m.frame(m.close(5, 5, FILE))),
        *opened("", number=6),
    ]
    rows = told(turns).rows["smb_files"]
    named = [(row["action"], row["name"], row["prev_name"]) for row in rows]
    assert named == [
        ("SMB::FILE_OPEN", "old", None),
        ("SMB::FILE_RENAME", "new", "old"),
        ("SMB::FILE_DELETE", "new", "old"),
        ("SMB::FILE_OPEN", "<share_root>", None),
    ]
    assert {row["ts"] for row in rows[:3]} == {START + 3 * SECOND}


def test_deleted_on_close_is_told_at_once() -> None:
    rows = told([*HEAD, *opened("x", options=0x1000)]).rows["smb_files"]
    assert [row["action"] for row in rows] == ["SMB::FILE_OPEN", "SMB::FILE_DELETE"]


def test_the_same_file_is_not_told_again_at_once() -> None:
    again = [*opened("x"), (True, m.frame(m.close(3, 5, FILE))), *opened("x", number=4)]
    assert len(told([*HEAD, *again]).rows["smb_files"]) == 1


def test_without_times_it_is() -> None:
    unknown = m.frame(m.created(2, 5, FILE, 0, (0, 0, 0, 0)))
    turns: list[Turn] = [(True, m.frame(m.create("x", 2, 5))), (False, unknown), (True, m.frame(m.close(3, 5, FILE)))]
    rows = told([*HEAD, *turns, *turns]).rows["smb_files"]
    assert [row["times.modified"] for row in rows] == [None, None]


def test_what_fails_is_not_told() -> None:
    turns: list[Turn] = [(True, m.frame(m.create("x", 2, 5))), (False, m.frame(m.error(5, 2, 0xC0000034, 5)))]
    assert "smb_files" not in told([*HEAD, *turns]).rows


def test_an_answer_that_is_pending() -> None:
    asked, answered = opened("x")
    pending = False, m.frame(m.error(5, 2, 0x103))
    assert told([*HEAD, asked, pending, answered]).only("smb_files")["name"] == "x"


def test_messages_in_one_frame() -> None:
    asked = m.chained(m.create("x", 2, 5), m.read(3, 5, FILE, 0, 99), m.close(4, 5, FILE))
    answered = m.chained(m.created(2, 5, FILE, 3), m.was_read(3, 5, b"abc"))
    found = told([*HEAD, (True, asked), (False, answered)])
    assert found.only("smb_files")["name"] == "x"


@pytest.mark.parametrize("sure", [False, True])
def test_what_does_not_fit_ends_it(sure: bool) -> None:
    broken = m.frame(m.smb2(5, bytes(8), 9, 5))
    turns = [*HEAD, *(opened("x") if sure else []), (True, broken), *opened("y", number=10)]
    found = told(turns)
    assert found.service is None
    assert [row["name"] for row in found.rows.get("smb_files", ())] == (["x"] if sure else [])
    if sure:
        row = found.only("analyzer")
        assert row["failure_reason"].endswith("out_of_bound: SMB2_create_request:flags: 16 > 8")
        assert row["failure_data"] is None


def test_a_hole_is_passed_over_up_to_the_next_message() -> None:
    fed: list[Event] = [data(is_orig, content) for is_orig, content in HEAD]
    long = m.frame(m.was_read(7, 5, bytes(3000)))
    asked, answered = (content for _, content in opened("x"))
    lost, seen = (content for _, content in opened("y", number=3))
    fed += [
        data(False, long[:1000]),
        Gap(False, 1000, START),
        data(False, long[2000:]),
        data(True, asked),
        data(False, answered),
        data(True, lost),
        data(False, seen),
    ]
    # The first frame behind the hole is lost too: a longer one was waited for.
    assert run(PROTOCOLS, fed, connection(resp_p=445)).only("smb_files")["name"] == "y"


def test_encrypted_messages_say_nothing() -> None:
    hidden = b"\xfdSMB" + bytes(48) + b"?" * 80
    assert told([*HEAD, (True, m.frame(hidden)), (False, m.frame(hidden))]).service == "smb"


def pipe(name: str, tree_seen: bool = True) -> Told:
    called = [
        (True, m.frame(m.write(3, 5, FILE, 0, bind(SRVSVC)))),
        (False, m.frame(m.was_written(3, 5, 100))),
        (True, m.frame(m.read(4, 5, FILE, 0, 1024))),
        (False, m.frame(m.was_read(4, 5, bind_ack(b"\\PIPE\\srvsvc\0")))),
        (True, m.frame(m.ioctl(5, 5, FILE, request(16)))),
        (False, m.frame(m.ioctl_done(5, 5, response()))),
    ]
    head = [(True, m.frame(m.tree_connect(SHARE, 1))), (False, m.frame(m.tree_connected(2, 1, 5)))]
    return told([*(head if tree_seen else HEAD), *opened(name), *called])


def test_calls_through_a_pipe() -> None:
    found = pipe("srvsvc")
    assert found.service == "smb,dce_rpc"
    assert found.only("smb_mapping")["share_type"] == "PIPE"
    call = found.only("dce_rpc")
    assert (call["named_pipe"], call["endpoint"], call["operation"]) == ("\\PIPE\\srvsvc", "srvsvc", "NetrShareGetInfo")
    assert call["rtt"] == SECOND
    assert not found.files
    assert "smb_files" not in found.rows


def test_a_pipe_is_known_by_its_name() -> None:
    assert pipe("srvsvc", tree_seen=False).only("dce_rpc")["endpoint"] == "srvsvc"
    assert pipe("other", tree_seen=False).files[0].handle.endswith(f"{SHARE}other{m.FILE_TIME_2020}")


def test_too_much_is_asked() -> None:
    asked = b"".join(m.frame(m.read(number, 5, FILE, 0, 1)) for number in range(2, 1200))
    row = told([*HEAD, (True, asked)]).rows["weird"][0]
    assert (row["name"], row["source"]) == ("SMB_discarded_messages_state", "SMB2")
    assert row["addl"] == "state=tree fid_map=1 tid_map=1 pending_cmds=1000 pipe_map=0"


COMMANDS = st.integers(0, 19)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), COMMANDS, st.binary(max_size=120), st.booleans()), max_size=8))
def test_any_bytes_are_survived(parts: list[tuple[bool, int, bytes, bool]]) -> None:
    turns = [(is_orig, m.frame(m.smb2(command, body, 2, 5))) for is_orig, command, body, _ in parts]
    fed: list[Event] = []
    for (is_orig, content), (*_, hole) in zip([*HEAD, *turns], [*([(0, 0, 0, False)] * 2), *parts], strict=True):
        if hole:
            fed.append(Gap(is_orig, 5, START))
        fed.append(data(is_orig, content + pack(">I", 3)))
    run(PROTOCOLS, fed, connection(resp_p=445, partial=True))

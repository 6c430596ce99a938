"""SMB 1: shares, files, commands that follow one another, calls through pipes."""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols import dce_rpc, gssapi, ntlm, smb
from tests.parsers.protocols import ntlm_messages as n
from tests.parsers.protocols import smb_messages as m
from tests.parsers.protocols.feeding import START, Told, Turn, connection, converse, data, each_way, events, run
from tests.parsers.protocols.rpc_messages import bind, bind_ack, request, response

PROTOCOLS = [smb.PROTOCOL, dce_rpc.PROTOCOL, gssapi.GSSAPI, ntlm.NTLM]
SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188"
SHARE = "\\\\SERVER\\DOCS"
HELLO = b"Hello, these are the bytes of a file.\n"
TREE, FILE = 7, 0x4001


def asked(command: int, body: bytes, number: int = 1, tree: int = TREE, flags2: int = 0x8000) -> Turn:
    return True, m.frame(m.smb1(command, body, number, tree, flags2))


def answered(command: int, body: bytes, number: int = 1, tree: int = TREE, flags2: int = 0x8000) -> Turn:
    return False, m.frame(m.smb1(command, body, number, tree, flags2))


def tree_request(andx: bytes | None = None, path: str = SHARE) -> bytes:
    # Four bytes of words' numbers, two of words, a password of one byte: the path begins at an even place.
    content = b"\0" + (path + "\0").encode("utf-16-le") + b"?????\0"
    return m.words(pack("<HH", 0, 1), content, andx or m.no_andx())


def tree_response(service: bytes = b"A:", file_system: str = "NTFS") -> bytes:
    content = service + b"\0"
    content += bytes((9 + len(content)) % 2)
    return m.words(pack("<H", 1), content + (file_system + "\0").encode("utf-16-le"), m.no_andx())


def connected(service: bytes = b"A:", file_system: str = "NTFS") -> list[Turn]:
    return [asked(0x75, tree_request(), tree=0), answered(0x75, tree_response(service, file_system))]


def create(name: str, number: int = 2) -> Turn:
    raw = (name + "\0").encode("utf-16-le")
    fields = pack("<BHIIIQIIIIIB", 0, len(raw), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return asked(0xA2, m.words(fields, b"\0" + raw, m.no_andx()), number)


def created(size: int, number: int = 2, times: int = m.FILE_TIME_2020) -> Turn:
    fields = pack("<BHIQQQQIQQHHB", 0, FILE, 1, times, times, times, times, 0x20, size, size, 0, 0, 0)
    return answered(0xA2, m.words(fields, b"", m.no_andx()), number)


def read(offset: int, length: int, number: int = 3) -> Turn:
    return asked(0x2E, m.words(pack("<HIHHIHI", FILE, offset, length, 0, 0, 0, 0), b"", m.no_andx()), number)


def was_read(content: bytes, number: int = 3) -> Turn:
    fields = pack("<HHHHHHQ", 0, 0, 0, len(content), 59, 0, 0)
    return answered(0x2E, m.words(fields, content, m.no_andx()), number)


def write(offset: int, content: bytes, number: int = 4) -> Turn:
    fields = pack("<HIIHHHHHI", FILE, offset, 0, 0, 0, 0, len(content), 63, 0)
    return asked(0x2F, m.words(fields, content, m.no_andx()), number)


CLOSE = asked(0x04, m.words(pack("<HI", FILE, 0)), 5)


def told(turns: list[Turn]) -> Told:
    return converse(PROTOCOLS, turns, to=connection(resp_p=445))


@each_way
def test_a_share_and_a_file(way: str) -> None:
    turns = [*connected(), create("\\notes.txt"), created(38), CLOSE]
    found = run(PROTOCOLS, [data(*turns[0]), *events(turns[1:], way)], connection(resp_p=445))
    assert found.service == "smb"
    tree = found.only("smb_mapping")
    assert (tree["path"], tree["service"], tree["native_file_system"], tree["share_type"]) == (
        SHARE,
        "A:",
        "NTFS",
        "DISK",
    )
    file = found.only("smb_files")
    assert (file["action"], file["name"], file["size"], file["path"]) == ("SMB::FILE_OPEN", "\\notes.txt", 38, None)


def test_a_share_of_pipes() -> None:
    tree = told(connected(b"IPC", "")).only("smb_mapping")
    assert (tree["service"], tree["native_file_system"], tree["share_type"]) == ("IPC", None, "PIPE")


def test_a_file_that_is_read_and_one_that_is_written() -> None:
    half = len(HELLO) // 2
    turns = [
        *connected(),
        create("\\a"),
        created(len(HELLO)),
        read(0, half),
        was_read(HELLO[:half]),
        read(half, 99),
        was_read(HELLO[half:]),
        CLOSE,
    ]
    found = told(turns)
    file = found.only("files")
    assert (file["filename"], file["is_orig"], file["seen_bytes"], file["total_bytes"]) == ("\\a", False, 38, 38)
    assert found.files[0].content == HELLO
    written = told([*connected(), create("\\b"), created(0), write(0, HELLO), CLOSE])
    assert written.files[0].content == HELLO
    assert (written.only("files")["is_orig"], written.only("files")["timedout"]) == (True, False)
    assert written.files[0].handle == f"Analyzer::ANALYZER_SMB10.0.0.1192.0.2.80{SHARE}\\b{m.FILE_TIME_2020}"


def test_commands_follow_one_another() -> None:
    blob = n.init(n.negotiate())
    content = blob + bytes(1 - len(blob) % 2) + "os\0lan\0".encode("utf-16-le")
    fields = pack("<HHHIHII", 4356, 1, 0, 0, len(blob), 0, 0)
    place = 32 + 1 + 24 + 2 + len(content)
    session = m.words(fields, content, pack("<BBH", 0x75, 0, place))
    found = told([asked(0x73, session + tree_request(), tree=0), answered(0x75, tree_response())])
    assert found.only("smb_mapping")["path"] == SHARE
    assert found.service == "ntlm,gssapi"


@pytest.mark.parametrize(("place", "name"), [(0, "smb_andx_offset_not_advancing"), (40, "smb_andx_depth_exceeded")])
def test_commands_that_do_not_come_to_an_end(place: int, name: str) -> None:
    logoff = m.words(b"", b"", pack("<BBH", 0x74, 0, place))
    if place > 32:
        logoff = b"".join(m.words(b"", b"", pack("<BBH", 0x74, 0, 32 + 7 * (i + 1))) for i in range(30))
    to = connection(resp_p=445)
    found = converse(PROTOCOLS, [asked(0x74, logoff)], to=to)
    assert {row["name"] for row in found.rows["weird"]} == {name}
    assert [letter for _, letter in to.marks] == ["X"]


def transaction(name: str, content: bytes) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    place = 32 + 1 + 32 + 2 + 1 + len(raw)
    fields = pack(
        "<HHHHBBHIHHHHHBBHH", 0, len(content), 0, 4096, 0, 0, 0, 0, 0, 0, place, len(content), place, 2, 0, 0x26, FILE
    )
    return m.words(fields, b"\0" + raw + content)


def transacted(content: bytes) -> bytes:
    place = 32 + 1 + 20 + 2
    return m.words(pack("<HHHHHHHHHBB", 0, len(content), 0, 0, place, 0, len(content), place, 0, 0, 0), content)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("\\PIPE\\", "NetrShareGetInfo"),
        ("\\PIPE\\LANMAN", None),
        # What is asked in a tree of pipes by another name is not looked at, the answer is.
        ("\\MAILSLOT\\BROWSE", "NetrCharDevEnum"),
    ],
)
def test_calls_through_a_pipe(name: str, operation: str | None) -> None:
    turns = [
        *connected(b"IPC", ""),
        write(0, bind(SRVSVC)),
        asked(0x2E, m.words(pack("<HIHHIH", FILE, 0, 1024, 0, 0, 0), b"", m.no_andx()), 3),
        was_read(bind_ack(b"\\PIPE\\srvsvc\0")),
        asked(0x25, transaction(name, request(16)), 6),
        answered(0x25, transacted(response()), 6),
    ]
    found = told(turns)
    calls = [(call["named_pipe"], call["operation"]) for call in found.rows.get("dce_rpc", ())]
    assert calls == ([("\\PIPE\\srvsvc", operation)] if operation else [])
    assert not found.files


def test_names_of_one_byte_a_character() -> None:
    content = b"\0" + SHARE.encode() + b"\0" + b"A:\0"
    turns = [
        asked(0x75, m.words(pack("<HH", 0, 1), content, m.no_andx()), tree=0, flags2=0),
        answered(0x75, m.words(pack("<H", 1), b"A:\0FAT\0", m.no_andx()), flags2=0),
    ]
    tree = told(turns).only("smb_mapping")
    assert (tree["path"], tree["native_file_system"]) == (SHARE, "FAT")


def test_an_empty_answer() -> None:
    assert told([*connected(), (False, m.frame(m.smb1(0xA2, b"\0\0\0", 2)))]).service == "smb"


@pytest.mark.parametrize(
    ("command", "body", "reason"),
    [
        (
            0x24,
            m.words(pack("<HBBIHH", FILE, 0, 0, 0, 0, 0), b"", m.no_andx()),
            "invalid index for case: SMB1_locking_andx_request: 0",
        ),
        (0x73, b"\5", "invalid index for case: SMB1_session_setup_andx_request: 5"),
        (0x04, b"\3", "out_of_bound: SMB1_close_request: 9 > 1"),
        (0x2B, m.words(b"\1\0", b"abc")[:-1], "out_of_bound: SMB1_echo_request:data: 8 > 7"),
    ],
)
def test_what_does_not_fit_ends_it(command: int, body: bytes, reason: str) -> None:
    found = told([*connected(), create("x"), asked(command, body, 9), *connected()])
    assert found.only("analyzer")["failure_reason"] == f"Binpac exception: binpac exception: {reason}"
    assert len(found.rows["smb_mapping"]) == 1


@pytest.mark.parametrize("command", [0x08, 0x10, 0x26, 0x2B, 0x32, 0x33, 0x71, 0x72, 0xA0, 0xA4, 0xEE])
def test_commands_that_no_log_tells_of(command: int) -> None:
    bodies = {
        0x08: m.words(b"", b"\4\0x\0\0\0"),
        0x10: m.words(b"", b"\4\0x\0\0\0"),
        0x26: m.words(pack("<HHHHHHHH", 0, 0, 0, 51, 0, 0, 51, 0)),
        0x2B: m.words(b"\1\0", b"abc"),
        0x32: m.words(
            pack("<HHHHBBHIHHHHHBBH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 66, 0, 0, 1, 0, 5), b"\0" + bytes(6) + b"x\0\0\0"
        ),
        0x33: m.words(pack("<HHHHHHHHH", 0, 0, 0, 53, 0, 0, 53, 0, 0)),
        0x72: m.words(b"", b"\2NT LM 0.12\0\2SMB 2.002\0"),
        0xA0: m.words(b"x" * 20),
        0xEE: b"whatever",
    }
    body = bodies.get(command, m.words(b""))
    assert told([*connected(), asked(command, body, 8), create("x"), created(3)]).only("smb_files")["name"] == "x"


@pytest.mark.parametrize(
    "body",
    [
        m.words(pack("<HBHHIIIIQHB", 0, 3, 1, 1, 1, 1, 1, 0x8000_0000, 0, 0, 0), bytes(16) + n.init(None)),
        m.words(pack("<HBHHIIIIQHB", 0, 3, 1, 1, 1, 1, 1, 0, 0, 0, 8), bytes(8) + b"D\0O\0\0\0"),
        m.words(pack("<HHHHHHIHHHHH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0), bytes(8) + b"D\0\0\0"),
        m.words(b"\0\0"),
    ],
)
def test_dialects_of_servers(body: bytes) -> None:
    found = told([*connected(), answered(0x72, body, 8), create("x"), created(3)])
    assert found.only("smb_files")["name"] == "x"
    assert found.service == ("gssapi,smb" if len(body) > 60 else "smb")


COMMANDS = st.sampled_from(
    [0x04, 0x08, 0x10, 0x24, 0x25, 0x26, 0x2B, 0x2E, 0x2F, 0x32, 0x33, 0x71, 0x72, 0x73, 0x74, 0x75, 0xA2]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), COMMANDS, st.integers(0, 30), st.binary(max_size=120)), max_size=8))
def test_any_bytes_are_survived(parts: list[tuple[bool, int, int, bytes]]) -> None:
    fed = [data(*turn) for turn in connected(b"IPC", "")]
    for is_orig, command, count, body in parts:
        message = m.smb1(command, bytes((count,)) + body, 2, TREE, 0x8000 * (count % 2))
        fed.append(data(is_orig, m.frame(message), START))
    run(PROTOCOLS, fed, connection(resp_p=445, partial=True))

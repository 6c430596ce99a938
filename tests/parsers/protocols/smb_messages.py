"""Messages of SMB, as clients and servers write them."""

from struct import pack

REQUEST, RESPONSE = True, False
FILE_TIME_2020 = 132_223_104_000_000_000


def frame(*messages: bytes) -> bytes:
    """A frame of one message, or of several that are chained."""
    body = b"".join(messages)
    return pack(">I", len(body)) + body


def chained(*messages: bytes) -> bytes:
    """Messages of SMB 2 in one frame, each with the way to the next one."""
    padded = [message + bytes(-len(message) % 8) for message in messages[:-1]]
    return frame(*(m[:20] + pack("<I", len(m)) + m[24:] for m in padded), messages[-1])


def smb2(command: int, body: bytes, number: int = 1, tree: int = 0, status: int = 0) -> bytes:
    """A message of SMB 2."""
    numbers = pack("<HHIHHIIQIIQ", 64, 0, status, command, 1, 0, 0, number, 0xFEFF, tree, 7)
    return b"\xfeSMB" + numbers + bytes(16) + body


def tree_connect(path: str, number: int) -> bytes:
    raw = path.encode("utf-16-le")
    return smb2(3, pack("<HHHH", 9, 0, 72, len(raw)) + raw, number)


def tree_connected(kind: int, number: int, tree: int) -> bytes:
    return smb2(3, pack("<HBxIII", 16, kind, 0, 0, 0), number, tree)


def create(name: str, number: int, tree: int, options: int = 0) -> bytes:
    raw = name.encode("utf-16-le")
    fixed = pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 1, 0, 7, 1, options, 120, len(raw), 0, 0)
    return smb2(5, fixed + (raw or bytes(1)), number, tree)


def created(
    number: int,
    tree: int,
    file: int,
    size: int = 0,
    times: tuple[int, int, int, int] = (FILE_TIME_2020 + 3, FILE_TIME_2020 + 1, FILE_TIME_2020, FILE_TIME_2020 + 2),
) -> bytes:
    """Times are those of creation, access, writing and change."""
    return smb2(5, pack("<HBBIQQQQQQIIQQII", 89, 0, 0, 1, *times, size, size, 0x20, 0, file, 0, 0, 0), number, tree)


def read(number: int, tree: int, file: int, offset: int, length: int) -> bytes:
    return smb2(8, pack("<HBBIQQQIIIHH", 49, 80, 0, length, offset, file, 0, 0, 0, 0, 0, 0) + b"\0", number, tree)


def was_read(number: int, tree: int, content: bytes) -> bytes:
    return smb2(8, pack("<HBBIII", 17, 80, 0, len(content), 0, 0) + content, number, tree)


def write(number: int, tree: int, file: int, offset: int, content: bytes) -> bytes:
    fixed = pack("<HHIQQQIIHHI", 49, 112, len(content), offset, file, 0, 0, 0, 0, 0, 0)
    return smb2(9, fixed + content, number, tree)


def was_written(number: int, tree: int, length: int) -> bytes:
    return smb2(9, pack("<HHIIHH", 17, 0, length, 0, 0, 0), number, tree)


def close(number: int, tree: int, file: int) -> bytes:
    return smb2(6, pack("<HHIQQ", 24, 0, 0, file, 0), number, tree)


def set_info(number: int, tree: int, file: int, level: int, value: bytes) -> bytes:
    return smb2(17, pack("<HBBIHHIQQ", 33, 1, level, len(value), 96, 0, 0, file, 0) + value, number, tree)


def rename(number: int, tree: int, file: int, name: str) -> bytes:
    raw = name.encode("utf-16-le")
    return set_info(number, tree, file, 0x0A, pack("<B7xQI", 0, 0, len(raw)) + raw)


def delete(number: int, tree: int, file: int) -> bytes:
    return set_info(number, tree, file, 0x0D, b"\1")


def ioctl(number: int, tree: int, file: int, sent: bytes) -> bytes:
    fixed = pack("<HHIQQIIIIIIII", 57, 0, 0x0011C017, file, 0, 120, len(sent), 0, 0, 0, 4096, 1, 0)
    return smb2(11, fixed + sent, number, tree)


def ioctl_done(number: int, tree: int, received: bytes) -> bytes:
    fixed = pack("<HHIQQIIIIII", 49, 0, 0x0011C017, 0, 0, 112, 0, 112, len(received), 0, 0)
    return smb2(11, fixed + received, number, tree)


def session_setup(number: int, blob: bytes) -> bytes:
    return smb2(1, pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(blob), 0) + blob, number)


def session_set_up(number: int, blob: bytes, status: int = 0) -> bytes:
    return smb2(1, pack("<HHHH", 9, 0, 72, len(blob)) + blob, number, 0, status)


def error(command: int, number: int, status: int, tree: int = 0) -> bytes:
    return smb2(command, pack("<HHI", 9, 0, 0) + b"\0", number, tree, status)


def smb1(command: int, body: bytes, number: int = 1, tree: int = 0, flags2: int = 0x8000) -> bytes:
    """A message of SMB 1, its strings in UTF-16 unless the flags say otherwise."""
    numbers = pack("<BIBHH8xHHHHH", command, 0, 0x18, flags2, 0, 0, tree, 1, 2, number)
    return b"\xffSMB" + numbers + body


def words(fields: bytes, content: bytes = b"", andx: bytes | None = None) -> bytes:
    """A command's words behind their number, and its bytes behind theirs; `andx` says what follows."""
    all_words = (andx or b"") + fields
    return bytes((len(all_words) // 2,)) + all_words + pack("<H", len(content)) + content


def no_andx() -> bytes:
    return pack("<BBH", 0xFF, 0, 0)

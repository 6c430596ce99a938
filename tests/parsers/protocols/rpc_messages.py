"""Units of DCE-RPC, as clients and servers write them."""

from struct import pack
from uuid import UUID

FIRST, LAST, BOTH = 1, 2, 3
_NDR = UUID("8a885d04-1ceb-11c9-9fe8-08002b104860")


def unit(kind: int, body: bytes, call: int = 1, flags: int = BOTH, auth: bytes = b"", order: str = "<") -> bytes:
    """One unit; `auth` is its last part, with the eight bytes that open it."""
    token = len(auth) - 8 if auth else 0
    length = 16 + len(body) + len(auth)
    drep = b"\x10\0\0\0" if order == "<" else bytes(4)
    return bytes((5, 0, kind, flags)) + drep + pack(order + "HHI", length, token, call) + body + auth


def auth(kind: int, token: bytes) -> bytes:
    return pack("<BBBBI", kind, 6, 0, 0, 0) + token


def _contexts(interfaces: tuple[str, ...], order: str) -> bytes:
    transfer = _NDR.bytes_le + pack(order + "I", 2)
    wanted = b"".join(
        pack(order + "HBx", number, 1) + UUID(uuid).bytes_le + pack(order + "I", 1) + transfer
        for number, uuid in enumerate(interfaces)
    )
    return pack("<B3x", len(interfaces)) + wanted


def bind(*interfaces: str, kind: int = 11, order: str = "<", secured: bytes = b"") -> bytes:
    return unit(kind, pack(order + "HHI", 4280, 4280, 0) + _contexts(interfaces, order), auth=secured, order=order)


def bind_ack(address: bytes, results: int = 1, kind: int = 12, order: str = "<") -> bytes:
    head = pack(order + "HHIH", 4280, 4280, 1, len(address)) + address
    head += bytes(-len(head) % 4)
    return unit(kind, head + pack("<B3x", results) + bytes(24 * results), order=order)


def request(operation: int, context: int = 0, call: int = 1, stub: bytes = b"", order: str = "<") -> bytes:
    return unit(0, pack(order + "IHH", len(stub), context, operation) + stub, call, order=order)


def response(context: int = 0, call: int = 1, stub: bytes = b"", order: str = "<") -> bytes:
    return unit(2, pack(order + "IHBB", len(stub), context, 0, 0) + stub, call, order=order)

"""One DNS message while it is read. Source: RFC 1035 4; Zeek, src/analyzer/protocol/dns/DNS.cc."""

from struct import Struct
from typing import Final, TypeAlias

from parsers import escape
from parsers.limits import FIELD_BYTES
from parsers.protocols.dns import names

# A record's text ("" for one that is noticed and not shown, None for one that is passed over) and the place after
# what was read of it; None there when nothing after it can be read.
Reading: TypeAlias = tuple[str | None, int | None]

_RECORD: Final = Struct(">HHIH").unpack_from
_TYPE_CLASS: Final = Struct(">HH").unpack_from
CUT_ANSWER, _CUT_DATA = "DNS_truncated_ans_too_short", "DNS_truncated_RR_rdlength_lt_len"


class MalformedError(Exception):
    """The rest of a message cannot be read."""


class ViolationError(MalformedError):
    """These bytes are not DNS at all."""


class Message:
    """The bytes of a message, the place up to which they are read, and the owner of the record that is read.

    `netbios` is a message to a NetBIOS name server: labels may be long, and type 33 is not SRV but NBSTAT. `odd` are
    the names of what is weird in it, `more` further words to some of them.
    """

    __slots__ = ("data", "more", "netbios", "odd", "owner", "place", "tails")

    def __init__(self, data: bytes, place: int, netbios: bool) -> None:
        self.data = data
        self.place = place
        self.netbios = netbios
        self.owner = b""
        self.tails: names.Tails = {}
        self.odd: list[str] = []
        self.more: dict[int, str] = {}

    def tell(self, name: str, more: object = "") -> None:
        """Something that weird.log tells."""
        if more != "":
            self.more[len(self.odd)] = str(more)
        self.odd.append(name)

    def name(self, place: int) -> tuple[bytes, int]:
        """The name at `place`, as it was sent, and where it ends."""
        return names.read(self.data, place, self.tails, self.netbios, self.odd)

    def need(self, place: int, length: int) -> None:
        """Raise MalformedError when fewer than `length` bytes are left from `place` on."""
        if len(self.data) - place < length:
            raise MalformedError

    def question(self, cut: str = "DNS_truncated_quest_too_short") -> tuple[bytes, int, int]:
        """The next name as it was sent, type and class; how it is called when these are cut off."""
        name, place = self.name(self.place)
        if len(self.data) - place < 4:
            self.tell(cut)
            raise MalformedError
        self.place = place + 4
        qtype, qclass = _TYPE_CLASS(self.data, place)
        return name, qtype, qclass

    def record(self) -> tuple[int, int, int, int]:
        """Type, class, TTL and data length of the next record, its owner in `owner`; its data is at `place` then."""
        name, place = self.name(self.place)
        self.owner = name.lower()
        left = len(self.data) - place
        if left < 4:
            self.tell(CUT_ANSWER)
            raise MalformedError
        if left < 10:
            return self._cut_off(place, left)
        rtype, rclass, ttl, length = _RECORD(self.data, place)
        self.place = place + 10
        if length > left - 10:
            self.tell(_CUT_DATA)
            raise MalformedError
        return rtype, rclass, ttl, length

    def _cut_off(self, place: int, left: int) -> tuple[int, int, int, int]:
        """A record whose header is cut by the message's end: each part that is not there is 0, as in Zeek."""
        rtype, rclass = _TYPE_CLASS(self.data, place)
        ttl = length = 0
        self.place = place + left // 2 * 2
        if left >= 8:
            ttl = int.from_bytes(self.data[place + 4 : place + 8], "big")
        elif left >= 6:
            length = int.from_bytes(self.data[place + 4 : place + 6], "big")
            if length > left - 6:
                self.tell(_CUT_DATA)
                raise MalformedError
        return rtype, rclass, ttl, length


def text(raw: bytes) -> str:
    """Bytes as a cell, cut where no log shows more."""
    return escape.text(raw if len(raw) <= FIELD_BYTES + 1 else raw[: FIELD_BYTES + 1])

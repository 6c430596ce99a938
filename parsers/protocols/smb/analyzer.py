"""SMB over TCP: messages in frames (MS-SMB2 2.1, RFC 1002 4.3.1), found again after a hole.

Source: Zeek, src/analyzer/protocol/smb/{SMB.cc,smb.pac}.
"""

from typing import ClassVar, Final

from parsers.protocols import framed, grammar
from parsers.protocols.analyzer import Context, Data, Gap
from parsers.protocols.binpac import out_of_bound
from parsers.protocols.smb import smb1, smb2
from parsers.protocols.smb.session import Session

_HEAD_BYTES: Final = 4
_SIGNATURE_BYTES: Final = 4
_OLD, _NEW, _ENCRYPTED = b"\xffSMB", b"\xfeSMB", b"\xfdSMB"
# What is read without a fault in so many segments is taken for SMB.
_SURE: Final = 3


class SmbAnalyzer(framed.Framed):
    """Both directions; after a hole or a fault, all is passed over up to a segment that begins with a message."""

    name: ClassVar[str] = "smb"
    follows_partial: ClassVar[bool] = True
    follows_gaps: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._session = Session(context)
        self._is_lost = True
        self._read_segments = 0
        # Which sides have said how long a frame is that has not come whole.
        self._waits = {True: False, False: False}

    def gap(self, gap: Gap) -> None:
        super().gap(gap)
        self._lose()

    def violate(self, reason: str) -> None:
        super().violate(reason)
        self._lose()

    def finish(self, ts: int) -> None:
        self._session.finish(ts)

    def read(self, is_orig: bool) -> framed.Frames:
        kind, high, low = grammar.Reading((yield _HEAD_BYTES)).numbers("SMB_TCP:len24", ">BBH")
        length = high << 16 | low
        self._waits[is_orig] = True
        body = grammar.Reading((yield length) if length else b"")
        self._waits[is_orig] = False
        while kind == 0 and body.left > 0:
            if self._read_message(body, is_orig, length):
                break

    def _read_message(self, body: grammar.Reading, is_orig: bool, length: int) -> bool:
        """Read one message of a frame; whether it is the last."""
        (signature,) = body.inner().numbers("SMB_Protocol_Identifier:protocol", "<4s")
        body.place += _SIGNATURE_BYTES
        self._session.begin(self.now)
        if signature == _NEW:
            return smb2.read(self._session, body, is_orig)
        if signature == _OLD:
            smb1.read(self._session, body, is_orig, length)
        elif signature == _ENCRYPTED:
            smb2.read_encrypted(body)
        return True

    def _advance(self, flow: framed.Flow, data: Data, place: int, end: int) -> None:
        if self._is_lost and data.data[place + _HEAD_BYTES : min(place + _HEAD_BYTES + _SIGNATURE_BYTES, end)] not in (
            _OLD,
            _NEW,
        ):
            return
        self._is_lost = False
        self._check_waiting(flow, data.is_orig)
        super()._advance(flow, data, place, end)
        self._session.state.catch_up()
        if self._read_segments < _SURE:
            self._read_segments += 1
            if self._read_segments == _SURE:
                self.context.confirm(self.name, self.now)

    def _check_waiting(self, flow: framed.Flow, is_orig: bool) -> None:
        """Zeek goes on to wait for a frame of which it has thrown the beginning away, and stumbles once."""
        if flow.reading is None and self._waits[is_orig]:
            self._waits[is_orig] = False
            raise out_of_bound("SMB_TCP:message_type", 1, 0)

    def _lose(self) -> None:
        self._is_lost = True
        for flow in self._flows.values():
            flow.discard()

"""Modbus over TCP (Modbus Messaging on TCP/IP 1.0b): what a controller is asked for and what it answers.

Source: Zeek, src/analyzer/protocol/modbus/modbus-{protocol,analyzer}.pac, scripts/base/protocols/modbus.
"""

from dataclasses import dataclass, replace
from struct import unpack
from typing import Final, TypeAlias

from parsers.protocols.analyzer import Context, Protocol
from parsers.protocols.binpac import not_enforced, out_of_bound
from parsers.protocols.framed import Framed, Frames
from parsers.schema import CONNECTION, Field, Record, Row, ranked

RECORD = Record(
    "modbus",
    "A command to an industrial controller, or its answer.",
    "#e0a96d",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("tid", "count", "The number by which an answer is found that belongs to a request."),
        Field("unit", "count", "Which device behind the address is meant."),
        Field("func", "string", "What is to be done: registers read, coils written, …", 5, repeats=True),
        Field("pdu_type", "string", "REQ for a request, RESP for an answer.", 4, repeats=True),
        Field("exception", "string", "Why the device refused.", 6, repeats=True),
    ),
)

_FUNCTIONS: Final = {
    0x01: "READ_COILS",
    0x02: "READ_DISCRETE_INPUTS",
    0x03: "READ_HOLDING_REGISTERS",
    0x04: "READ_INPUT_REGISTERS",
    0x05: "WRITE_SINGLE_COIL",
    0x06: "WRITE_SINGLE_REGISTER",
    0x07: "READ_EXCEPTION_STATUS",
    0x08: "DIAGNOSTICS",
    0x09: "PROGRAM_484",
    0x0A: "POLL_484",
    0x0B: "GET_COMM_EVENT_COUNTER",
    0x0C: "GET_COMM_EVENT_LOG",
    0x0D: "PROGRAM_584_984",
    0x0E: "POLL_584_984",
    0x0F: "WRITE_MULTIPLE_COILS",
    0x10: "WRITE_MULTIPLE_REGISTERS",
    0x11: "REPORT_SLAVE_ID",
    0x12: "PROGRAM_884_U84",
    0x13: "RESET_COMM_LINK_884_U84",
    0x14: "READ_FILE_RECORD",
    0x15: "WRITE_FILE_RECORD",
    0x16: "MASK_WRITE_REGISTER",
    0x17: "READ_WRITE_MULTIPLE_REGISTERS",
    0x18: "READ_FIFO_QUEUE",
    0x28: "PROGRAM_CONCEPT",
    0x29: "MULTIPLE_FUNCTION_CODES",
    0x2B: "ENCAP_INTERFACE_TRANSPORT",
    0x5A: "PROGRAM_UNITY",
    0x5B: "OBJECT_MESSAGING",
    0x7D: "FIRMWARE_REPLACEMENT",
    0x7E: "PROGRAM_584_984_2",
    0x7F: "REPORT_LOCAL_ADDRESS",
}
_EXCEPTIONS: Final = {
    0x01: "ILLEGAL_FUNCTION",
    0x02: "ILLEGAL_DATA_ADDRESS",
    0x03: "ILLEGAL_DATA_VALUE",
    0x04: "SLAVE_DEVICE_FAILURE",
    0x05: "ACKNOWLEDGE",
    0x06: "SLAVE_DEVICE_BUSY",
    0x08: "MEMORY_PARITY_ERROR",
    0x0A: "GATEWAY_PATH_UNAVAILABLE",
    0x0B: "GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND",
}
_IS_EXCEPTION: Final = 0x80
_HEADER_BYTES: Final = 8
# Where a number lies in a message: from here up to there.
_Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a message is laid out, or a part of one, with the names that Zeek has for it.

    fixed     the bytes of the fields that are always there; `last` is the last of them, where anything follows
    rest      what follows, where its length matters; `count` is the place of the number that says how many bytes these
              are, divided by `factor`
    quantity  the place of a number of registers, two bytes each, that must not be more than follow
    entry     what follows are such parts
    """

    name: str
    fixed: int
    last: str = ""
    rest: str = ""
    count: _Place = (0, 0)
    factor: int = 1
    quantity: _Place | None = None
    entry: "_Layout | None" = None

    def check(self, data: bytes) -> int:
        """How many bytes it is; a BinpacError where there are too few."""
        if len(data) < self.fixed:
            raise out_of_bound(f"{self.name}:{self.last}" if self.last else self.name, self.fixed, len(data))
        size = _number(data, self.count) * self.factor
        end = self.fixed + size
        if end > len(data):
            raise out_of_bound(f"{self.name}:{self.rest}", end, len(data))
        if self.quantity is not None:
            registers = _number(data, self.quantity)
            if registers > size // 2:
                raise out_of_bound(f"{self.name}:{self.rest}", registers, size)
        place = self.fixed
        while self.entry is not None and place < end:
            place += self.entry.check(data[place:end])
        return end


def _number(data: bytes, place: _Place) -> int:
    start, stop = place
    return int.from_bytes(data[start:stop], "big")


def _counted(name: str, rest: str) -> _Layout:
    return _Layout(name, 1, "byte_count", rest, (0, 1))


_WITH_DATA: Final = _Layout("ReferenceWithData", 7, "record_length", "record_data", (5, 7), 2)
_REQUESTS: Final = {
    0x01: _Layout("ReadCoilsRequest", 4),
    0x02: _Layout("ReadDiscreteInputsRequest", 4),
    0x03: _Layout("ReadHoldingRegistersRequest", 4),
    0x04: _Layout("ReadInputRegistersRequest", 4),
    0x05: _Layout("WriteSingleCoilRequest", 4),
    0x06: _Layout("WriteSingleRegisterRequest", 4),
    0x08: _Layout("DiagnosticsRequest", 2, "subfunction"),
    0x0F: _Layout("WriteMultipleCoilsRequest", 5, "byte_count", "coils", (4, 5)),
    0x10: _Layout("WriteMultipleRegistersRequest", 5, "byte_count", "registers", (4, 5), quantity=(2, 4)),
    0x14: replace(_counted("ReadFileRecordRequest", "references"), entry=_Layout("FileRecordRequest", 7)),
    0x15: replace(_counted("WriteFileRecordRequest", "references"), entry=_WITH_DATA),
    0x16: _Layout("MaskWriteRegisterRequest", 6),
    0x17: _Layout(
        "ReadWriteMultipleRegistersRequest",
        9,
        "write_byte_count",
        "write_register_values",
        (8, 9),
        quantity=(6, 8),
    ),
    0x18: _Layout("ReadFIFOQueueRequest", 2),
    0x2B: _Layout("EncapInterfaceTransportRequest", 1, "mei_type"),
}
_RESPONSES: Final = {
    0x01: _counted("ReadCoilsResponse", "bits"),
    0x02: _counted("ReadDiscreteInputsResponse", "bits"),
    0x03: _counted("ReadHoldingRegistersResponse", "registers"),
    0x04: _counted("ReadInputRegistersResponse", "registers"),
    0x05: _Layout("WriteSingleCoilResponse", 4),
    0x06: _Layout("WriteSingleRegisterResponse", 4),
    0x08: _Layout("DiagnosticsResponse", 2, "subfunction"),
    0x0F: _Layout("WriteMultipleCoilsResponse", 4),
    0x10: _Layout("WriteMultipleRegistersResponse", 4),
    0x14: replace(
        _counted("ReadFileRecordResponse", "references"),
        entry=_Layout("FileRecordResponse", 2, "ref_type", "record_data", (0, 1)),
    ),
    0x15: replace(_counted("WriteFileRecordResponse", "references"), entry=_WITH_DATA),
    0x16: _Layout("MaskWriteRegisterResponse", 6),
    0x17: _counted("ReadWriteMultipleRegistersResponse", "registers"),
    0x18: _Layout("ReadFIFOQueueResponse", 4, "fifo_count", "register_data", (2, 4), 2),
    0x2B: _Layout("EncapInterfaceTransportResponse", 1, "mei_type"),
}
_EXCEPTION: Final = _Layout("ModbusTCP_ExceptResponse", 1)


class ModbusAnalyzer(Framed):
    """Each message is a row as soon as its header has come; a refusal is one when its code has."""

    name = "modbus"
    follows_partial = True
    follows_gaps = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._confirmed = False
        self._last: Row = ()

    def read(self, is_orig: bool) -> Frames:
        header = yield _HEADER_BYTES
        tid, pid, length, unit, function = unpack(">HHHBB", header)
        if pid:
            raise not_enforced("ModbusTCP_TransportHeader:pid")
        if length < 2:
            raise not_enforced("ModbusTCP_TransportHeader:len")
        self._last = self.now, tid, unit, _function(function), "REQ" if is_orig else "RESP"
        if not function & _IS_EXCEPTION:
            self._write(None)
        body = yield length + 6 - _HEADER_BYTES
        if function & _IS_EXCEPTION and not is_orig:
            _EXCEPTION.check(body)
            self._write(_EXCEPTIONS.get(body[0], f"unknown-{body[0]}"))
        else:
            layout = (_REQUESTS if is_orig else _RESPONSES).get(function)
            if layout is not None:
                layout.check(body)
        if not self._confirmed:
            self._confirmed = True
            self.context.confirm(self.name, self.now)

    def _write(self, exception: str | None) -> None:
        """The row of the last header that was seen, whichever side's it was."""
        ts, *said = self._last
        self.context.rows.add(RECORD, (ts, *self.context.connection.head, *said, exception))


def _function(code: int) -> str:
    known = _FUNCTIONS.get(code & ~_IS_EXCEPTION)
    if known is None:
        return f"unknown-{code}"
    return f"{known}_EXCEPTION" if code & _IS_EXCEPTION else known


MODBUS = Protocol("modbus", (RECORD,), ModbusAnalyzer, tcp_ports=frozenset({502}))

"""NTP (RFC 5905): ntp.log, a row for each message that tells the time.

Source: Zeek, scripts/base/protocols/ntp/main.zeek, src/analyzer/protocol/ntp/{ntp-protocol,ntp-mode7,ntp-analyzer}.pac.
"""

from ipaddress import IPv4Address
from math import floor
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Context, Data, Protocol
from parsers.protocols.binpac import BinpacError, not_enforced
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.grammar import Reading
from parsers.schema import CONNECTION, Field, Record, Row, ranked

RECORD = Record(
    "ntp",
    "A message by which a clock is set, or asked for the time.",
    "#9db4d8",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("version", "count", "The version of the protocol, 1 to 4."),
        Field("mode", "count", "Who speaks to whom: 3 is a client, 4 a server, 1 and 2 are peers, 5 broadcasts.", 4),
        Field("stratum", "count", "How far the sender is from a reference clock: 1 has one, 2 asks such a one, …", 5),
        Field("poll", "interval", "The longest time between messages."),
        Field("precision", "interval", "How exact the sender's clock is."),
        Field("root_delay", "interval", "The round trip to the reference clock."),
        Field("root_disp", "interval", "How far the sender's time may be off from the reference clock's."),
        Field(
            "ref_id", "string", "What the sender's time comes from: a kind of clock, or another server's address.", 6
        ),
        Field("ref_time", "time", "When the sender's clock was set last."),
        Field("org_time", "time", "When the request left, by the client's clock."),
        Field("rec_time", "time", "When the request arrived, by the server's clock."),
        Field("xmt_time", "time", "When this message left, by the sender's clock.", 7),
        Field("num_exts", "count", "How many extension fields the message has."),
    ),
)

_CLIENT, _SERVER, _LAST_OF_TIME, _CONTROL, _PRIVATE = 3, 4, 5, 6, 7
_SECOND: Final = 1_000_000_000
# NTP counts from 1900.
_EPOCH: Final = 2_208_988_800
# More seconds than these as a power of two are no time that 64 bits of nanoseconds hold.
_LONGEST: Final = 33

# What may follow without being an extension field: a key's number and a digest.
_DIGEST_BYTES: Final = 24
_MAC_BYTES: Final = 20
_SHORTEST_EXTENSION, _EXTENSION_HEAD, _SIGNED_EXTENSION = 16, 18, 22


class NTP(DatagramAnalyzer):
    """The messages of one connection; each datagram is one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_turned = False
        # Each direction turns roles round once at most.
        self._has_turned = {True: False, False: False}

    def deliver(self, data: Data) -> None:
        context, reading = self._context, Reading(data.data)
        try:
            (first,) = reading.numbers("NTP_PDU:first_byte", "B")
            version, mode = first >> 3 & 7, first & 7
            cells = _cells(mode, reading.inner())
        except BinpacError as error:
            context.reject("ntp", data.ts, str(error))
            return
        context.confirm("ntp", data.ts)
        self._take_roles(mode, data)
        if mode <= _LAST_OF_TIME:
            context.rows.add(RECORD, (data.ts, *context.connection.head, version, mode, *cells))

    def _take_roles(self, mode: int, data: Data) -> None:
        """Whoever asks as a client is the originator, whoever answers as a server is not."""
        is_orig = data.is_orig != self._is_turned
        if mode == (_SERVER if is_orig else _CLIENT) and not self._has_turned[is_orig]:
            self._has_turned[is_orig] = True
            self._is_turned = not self._is_turned
            self._context.connection.turn_round(data.ts)


def _cells(mode: int, reading: Reading) -> Row:
    """The cells after `mode`; raises BinpacError where what is read does not fit the mode."""
    if 1 <= mode <= _LAST_OF_TIME:
        return _time_message(reading)
    if mode == _CONTROL:
        *_, size = reading.numbers("NTP_control_msg:c", ">B5H")
        reading.octets("NTP_control_msg:data", size)
    elif mode == _PRIVATE:
        flags, _, _, size = reading.numbers("NTP_mode7_msg:err_and_data_len", ">BBBH")
        reading.octets("NTP_mode7_msg:data", size & 0xFFF)
        if flags & 0x80:
            reading.inner().octets("NTP_MAC", _MAC_BYTES)
    return *([None] * 10), 0


def _time_message(reading: Reading) -> Row:
    stratum, poll, precision, *spans = reading.numbers("NTP_std_msg:root_dispersion", ">Bbbhhhh")
    reference = reading.octets("NTP_std_msg:reference_id", 4)
    times = reading.numbers("NTP_std_msg:transmit_ts", ">8I")
    extensions = 0
    if reading.left > _DIGEST_BYTES:
        # Zeek takes all that follows for extension fields, and each for one of Autokey (RFC 5906).
        while reading.left:
            _pass_extension(reading)
            extensions += 1
    return (
        stratum,
        _power(poll),
        _power(precision),
        *(round((seconds + part / (1 << 16)) * _SECOND) for seconds, part in (spans[:2], spans[2:])),
        escape.text(reference) if stratum <= 1 else str(IPv4Address(reference)),
        *(_time(*times[i : i + 2]) for i in range(0, len(times), 2)),
        extensions,
    )


def _pass_extension(reading: Reading) -> None:
    part = reading.inner()
    size, value = part.numbers("Extension_Field:value_len", ">2xH10xI")
    if size < _SHORTEST_EXTENSION:
        raise not_enforced("Extension_Field:len")
    if value > size - _EXTENSION_HEAD:
        raise not_enforced("Extension_Field:value_len")
    part.octets("Extension_Field:value", value)
    (signature,) = part.numbers("Extension_Field:sig_len", ">I")
    if value > size - _SIGNED_EXTENSION:
        raise not_enforced("Extension_Field:sig_len")
    part.octets("Extension_Field:signature", signature)
    part.pad_to("Extension_Field:pad", size)
    reading.place = part.place


def _power(exponent: int) -> int | None:
    """So many seconds as two to the power of this."""
    return round(2.0**exponent * _SECOND) if exponent <= _LONGEST else None


def _time(seconds: int, fraction: int) -> int:
    """A time stamp as Zeek's double of seconds holds it."""
    if not seconds and not fraction:
        return 0
    time = seconds - _EPOCH + fraction / (1 << 32)
    whole = floor(time)
    return whole * _SECOND + round((time - whole) * _SECOND)


PROTOCOL = Protocol("ntp", (RECORD,), NTP, udp_ports=frozenset({123}), transports=frozenset({"udp"}))

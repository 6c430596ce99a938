"""NTP (RFC 5905): ntp.log, a row for each message that tells the time.

Source: Zeek, scripts/base/protocols/ntp/main.zeek, src/analyzer/protocol/ntp/{ntp-protocol,ntp-mode7,ntp-analyzer}.pac.
"""

from ipaddress import IPv4Address
from math import floor
from struct import Struct, unpack_from

from parsers import escape
from parsers.protocols.analyzer import Context, Data, Protocol
from parsers.protocols.binpac import BinpacError, not_enforced, out_of_bound
from parsers.protocols.datagrams import DatagramAnalyzer
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
_SECOND = 1_000_000_000
# NTP counts from 1900.
_EPOCH = 2_208_988_800
# More seconds than these as a power of two are no time that 64 bits of nanoseconds hold.
_LONGEST = 33

# Stratum, poll, precision, root delay and dispersion, reference, four times.
_TIME_MESSAGE = Struct(">Bbbhhhh4s8I").unpack_from
_TIME_PARTS = ((11, "root_dispersion"), (15, "reference_id"), (47, "transmit_ts"))
_TIME_BYTES = 47
# What may follow without being an extension field: a key's number and a digest.
_DIGEST_BYTES = 24
_EXTENSION = Struct(">2xH10xI").unpack_from
_EXTENSION_BYTES, _SHORTEST_EXTENSION, _SIGNED_EXTENSION = 18, 16, 22
_CONTROL_BYTES, _PRIVATE_BYTES, _MAC_BYTES = 11, 5, 20


class NTP(DatagramAnalyzer):
    """The messages of one connection; each datagram is one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_turned = False
        # Each direction turns roles round once at most.
        self._has_turned = {True: False, False: False}

    def deliver(self, data: Data) -> None:
        context, content = self._context, data.data
        try:
            if not content:
                raise out_of_bound("NTP_PDU:first_byte", 1, 0)
            version, mode = content[0] >> 3 & 7, content[0] & 7
            cells = _cells(mode, content[1:])
        except BinpacError as error:
            context.reject("ntp", data.ts, str(error))
            return
        context.confirm("ntp")
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


def _cells(mode: int, content: bytes) -> Row:
    """The cells after `mode`; raises BinpacError where the content does not fit the mode."""
    if 1 <= mode <= _LAST_OF_TIME:
        return _time_message(content)
    if mode == _CONTROL:
        _need("NTP_control_msg:c", _CONTROL_BYTES, content)
        _need("NTP_control_msg:data", _CONTROL_BYTES + unpack_from(">H", content, 9)[0], content)
    elif mode == _PRIVATE:
        _need("NTP_mode7_msg:err_and_data_len", _PRIVATE_BYTES, content)
        size = _PRIVATE_BYTES + (unpack_from(">H", content, 3)[0] & 0xFFF)
        _need("NTP_mode7_msg:data", size, content)
        if content[0] & 0x80:
            _need("NTP_MAC", _MAC_BYTES, content[size:])
    return *([None] * 10), 0


def _need(where: str, size: int, content: bytes | memoryview) -> None:
    if size > len(content):
        raise out_of_bound(where, size, len(content))


def _time_message(content: bytes) -> Row:
    for end, part in _TIME_PARTS:
        _need(f"NTP_std_msg:{part}", end, content)
    stratum, poll, precision, *parts = _TIME_MESSAGE(content)
    delay, dispersion, reference, times = parts[:2], parts[2:4], parts[4], parts[5:]
    return (
        stratum,
        _power(poll),
        _power(precision),
        *(round((seconds + part / (1 << 16)) * _SECOND) for seconds, part in (delay, dispersion)),
        escape.text(reference) if stratum <= 1 else str(IPv4Address(reference)),
        *(_time(*times[i : i + 2]) for i in range(0, len(times), 2)),
        _extensions(content) if len(content) - _TIME_BYTES > _DIGEST_BYTES else 0,
    )


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


def _extensions(content: bytes) -> int:
    """How many extension fields there are, which fill the rest; Zeek reads them all as Autokey's (RFC 5906)."""
    place, count = _TIME_BYTES, 0
    view = memoryview(content)
    while place < len(content):
        place += _extension(view[place:])
        count += 1
    return count


def _extension(content: memoryview) -> int:
    """The size of the extension field that `content` begins with."""
    left = len(content)
    size: int
    value: int
    _need("Extension_Field:value_len", _EXTENSION_BYTES, content)
    size, value = _EXTENSION(content)
    if size < _SHORTEST_EXTENSION:
        raise not_enforced("Extension_Field:len")
    if value > size - _EXTENSION_BYTES:
        raise not_enforced("Extension_Field:value_len")
    place = _EXTENSION_BYTES + value
    _need("Extension_Field:value", place, content)
    _need("Extension_Field:sig_len", place + 4, content)
    if value > size - _SIGNED_EXTENSION:
        raise not_enforced("Extension_Field:sig_len")
    place += 4
    signature: int = unpack_from(">i", content, place - 4)[0]
    if not 0 <= signature <= left - place:
        raise out_of_bound("Extension_Field:signature", place + signature, left)
    place += signature
    if max(size, place) > left:
        raise out_of_bound("Extension_Field:pad", size, left - size)
    return max(size, place)


PROTOCOL = Protocol("ntp", (RECORD,), NTP, udp_ports=frozenset({123}), transports=frozenset({"udp"}))

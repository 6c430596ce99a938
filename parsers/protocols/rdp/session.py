"""What is known of one session until its row is written. Source: Zeek, base/protocols/rdp/{main,consts}.zeek."""

from typing import Any, Final

from parsers.limits import RDP_CHECK
from parsers.protocols.analyzer import Context
from parsers.protocols.rdp.layouts import LAYOUTS
from parsers.protocols.rdp.record import RECORD
from parsers.schema import CONNECTION

_PROTOCOLS: Final = {0: "RDP", 1: "SSL", 2: "HYBRID", 8: "HYBRID_EX"}
_FAILURES: Final = {
    1: "SSL_REQUIRED_BY_SERVER",
    2: "SSL_NOT_ALLOWED_BY_SERVER",
    3: "SSL_CERT_NOT_ON_SERVER",
    4: "INCONSISTENT_FLAGS",
    5: "HYBRID_REQUIRED_BY_SERVER",
    6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
}
_RESULTS: Final = {
    0: "Success",
    1: "User rejected",
    2: "Resources not available",
    3: "Rejected for symmetry breaking",
    4: "Locked conference",
}
_BUILDS: Final = {
    419: "RDP 4.0",
    2195: "RDP 5.0",
    2221: "RDP 5.0",
    2600: "RDP 5.1",
    3790: "RDP 5.2",
    6000: "RDP 6.0",
    6001: "RDP 6.1",
    6002: "RDP 6.2",
    7600: "RDP 7.0",
    7601: "RDP 7.1",
    9200: "RDP 8.0",
    9600: "RDP 8.1",
    25189: "RDP 8.0 (Mac)",
    25282: "RDP 8.0 (Mac)",
}
_DEPTHS: Final = {4: "4bit", 8: "8bit", 15: "15bit", 16: "16bit", 24: "24bit"}
_METHODS: Final = {0: "None", 1: "40bit", 2: "128bit", 8: "56bit", 10: "FIPS"}
_LEVELS: Final = {0: "None", 1: "Low", 2: "Client compatible", 3: "High", 4: "FIPS"}
PROPRIETARY, X509 = 1, 2
_CERTIFICATES: Final = {PROPRIETARY: "RSA", X509: "X.509"}
# A row says something of Remote Desktop when one of these is known.
_TELLING: Final = ("cookie", "keyboard_layout", "result")


class Session:
    """One connection's row in the making: written at the end, at the first fault, or ten seconds after it began."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._began: int | None = None
        self._is_written = False
        self._said: dict[str, Any] = {"cert_count": 0}

    def note(self, ts: int, **said: Any) -> None:
        """Something was said at `ts`."""
        if self._began is None:
            self._began = ts
        if ts > self._began + RDP_CHECK:
            self.write()
        self._said |= said

    def begin_encryption(self, ts: int, protocol: int) -> None:
        """What follows is encrypted."""
        self.note(ts, security_protocol=name(_PROTOCOLS, "security_protocol", protocol))
        self._said.setdefault("result", "encrypted")

    def choose(self, ts: int, protocol: int) -> None:
        """The server has chosen how to protect the session."""
        self.note(ts, security_protocol=name(_PROTOCOLS, "security_protocol", protocol))

    def refuse(self, ts: int, code: int) -> None:
        """The server does not want the client as it is."""
        self.note(ts, result=name(_FAILURES, "failure_code", code))

    def accept(self, ts: int, code: int) -> None:
        """What the server says of the conference, as the standard calls the session."""
        self.note(ts, result=name(_RESULTS, "result", code))

    def describe_client(self, ts: int, layout: int, build: int, depth: int | None, **said: Any) -> None:
        """The client's machine; `depth` is None where it wants all 32 bits."""
        guess = LAYOUTS.get(layout & 0xFFFF)
        keyboard = LAYOUTS.get(layout)
        if keyboard is None:
            keyboard = f"keyboard-{layout}" if guess is None else f"{guess} (Best Guess for {layout})"
        self.note(
            ts,
            keyboard_layout=keyboard,
            client_build=name(_BUILDS, "client_build", build),
            requested_color_depth="32bit" if depth is None else name(_DEPTHS, "high_color_depth", depth),
            **said,
        )

    def open_channels(self, ts: int, channels: list[str]) -> None:
        """The client wants these channels; those that it wanted before, and no others in their place, stay."""
        known = self._said.get("client_channels", [])
        self.note(ts, client_channels=channels + known[len(channels) :])

    def secure(self, ts: int, method: int, level: int) -> None:
        """How the server encrypts without TLS."""
        self.note(
            ts,
            encryption_method=name(_METHODS, "encryption_method", method),
            encryption_level=name(_LEVELS, "encryption_level", level),
        )

    def certify(self, ts: int, kind: int, is_permanent: bool) -> None:
        """The server's certificate, of one kind or another; those of X.509 are counted one by one."""
        self.note(ts, cert_type=name(_CERTIFICATES, "cert_type", kind), cert_permanent=is_permanent)
        if kind == PROPRIETARY:
            self.count_certificate()

    def count_certificate(self) -> None:
        """One more certificate was seen."""
        self._said["cert_count"] += 1

    def write(self) -> None:
        """Write the row, once, if there is something to tell."""
        if self._began is None or self._is_written:
            return
        self._is_written = True
        if any(field in self._said for field in _TELLING):
            said = (self._said.get(field.name) for field in RECORD.fields[len(CONNECTION) :])
            self._context.rows.add(RECORD, (self._began, *self._context.connection.head, *said))


def name(names: dict[int, str], kind: str, number: int) -> str:
    """What a number stands for."""
    return names.get(number, f"{kind}-{number}")

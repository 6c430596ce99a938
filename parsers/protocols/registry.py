"""The protocols and their logs, one line each; a module is loaded when something of it is needed."""

from collections.abc import Sequence

from parsers.protocols.analyzer import Protocol
from parsers.protocols.entry import Entry, Records
from parsers.schema import Record

# The logs that are written without an analyser on a connection's bytes, and those of files.
_OTHERS = (
    Entry("conn", ["RECORD"], ["conn"]),
    Entry("record", ["RECORD"], ["files"], "parsers.files"),
    Entry("ocsp", ["RECORD"], ["ocsp"], "parsers.files"),
    Entry("pe", ["RECORD"], ["pe"], "parsers.files"),
    Entry("x509", ["RECORD"], ["x509"], "parsers.files"),
    Entry("tunnel", ["RECORD"], ["tunnel"]),
    Entry("weird", ["RECORD"], ["weird"]),
    Entry("notice", ["RECORD"], ["notice"]),
    Entry("software", ["RECORD"], ["software"]),
    Entry("failure", ["RECORD"], ["analyzer"]),
    Entry("packet_filter", ["RECORD"], ["packet_filter"]),
    Entry("known.hosts", ["RECORD"], ["known_hosts"]),
    Entry("known.services", ["RECORD"], ["known_services"]),
    Entry("known.certs", ["RECORD"], ["known_certs"]),
)

# The order of the analysers of one connection.
_ANALYSED = (
    Entry("dce_rpc", ["PROTOCOL"], ["dce_rpc"]),
    Entry("dhcp", ["PROTOCOL"], ["dhcp"]),
    Entry("dnp3", ["TCP", "UDP"], ["dnp3"]),
    Entry("dns", ["PROTOCOL"], ["dns"]),
    Entry("finger", ["FINGER"], []),
    Entry("ftp", ["FTP", "FTP_DATA"], ["ftp"]),
    Entry("gssapi", ["GSSAPI"], []),
    Entry("http", ["HTTP"], ["http"]),
    Entry("imap", ["IMAP"], []),
    Entry("irc", ["IRC", "IRC_DATA"], ["irc"]),
    Entry("krb", ["CARRIED", "UDP", "TCP"], ["kerberos"]),
    Entry("ldap", ["TCP", "UDP"], ["ldap", "ldap_search"]),
    Entry("modbus", ["MODBUS"], ["modbus"]),
    Entry("mqtt", ["MQTT"], ["mqtt_connect", "mqtt_subscribe", "mqtt_publish"]),
    Entry("mysql", ["PROTOCOL"], ["mysql"]),
    Entry("ntlm", ["NTLM"], ["ntlm"]),
    Entry("ntp", ["PROTOCOL"], ["ntp"]),
    Entry("postgresql", ["PROTOCOL"], ["postgresql"]),
    Entry("pop3", ["POP3"], []),
    Entry("quic", ["PROTOCOL"], ["quic"]),
    Entry("radius", ["PROTOCOL"], ["radius"]),
    Entry("rdp", ["RDP"], ["rdp"]),
    Entry("rdpeudp", ["RDPEUDP"], []),
    Entry("redis", ["PROTOCOL"], ["redis"]),
    Entry("rfb", ["RFB"], ["rfb"]),
    Entry("sip", ["PROTOCOL"], ["sip"]),
    Entry("smb", ["PROTOCOL"], ["smb_files", "smb_mapping"]),
    Entry("smtp", ["SMTP"], ["smtp"]),
    Entry("snmp", ["PROTOCOL"], ["snmp"]),
    Entry("socks", ["SOCKS"], ["socks"]),
    Entry("ssh", ["SSH"], ["ssh"]),
    Entry("ssl", ["SSL", "DTLS"], ["ssl"]),
    Entry("syslog", ["PROTOCOL"], ["syslog"]),
    Entry("xmpp", ["XMPP"], []),
    Entry("websocket", ["PROTOCOL"], ["websocket"]),
)

ENTRIES = (*_OTHERS, *_ANALYSED)
RECORDS = Records(ENTRIES)


def protocols() -> tuple[Protocol, ...]:
    """All protocols; this loads every analyser."""
    return tuple(protocol for entry in ENTRIES for protocol in entry.load()[0])


def record_of(log: str, columns: Sequence[str]) -> Record | None:
    """What is known of a log that has these columns."""
    from parsers.protocols import conn

    return conn.OF_SEVERAL if log == conn.RECORD.name and conn.CAPTURE.name in columns else RECORDS.get(log)

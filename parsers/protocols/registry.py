"""The protocols, one line each."""

from collections.abc import Sequence

from parsers.files import ocsp, pe, record, x509
from parsers.protocols import (
    conn,
    dce_rpc,
    dhcp,
    dnp3,
    dns,
    failure,
    finger,
    ftp,
    gssapi,
    http,
    imap,
    irc,
    krb,
    ldap,
    modbus,
    mqtt,
    mysql,
    notice,
    ntlm,
    ntp,
    packet_filter,
    pop3,
    postgresql,
    quic,
    radius,
    rdp,
    rdpeudp,
    redis,
    rfb,
    sip,
    smb,
    smtp,
    snmp,
    socks,
    software,
    ssh,
    ssl,
    syslog,
    tunnel,
    websocket,
    weird,
    xmpp,
)
from parsers.protocols.analyzer import Protocol
from parsers.protocols.known import certs, hosts, services
from parsers.schema import Record

PROTOCOLS: tuple[Protocol, ...] = (
    dce_rpc.PROTOCOL,
    dhcp.PROTOCOL,
    dnp3.TCP,
    dnp3.UDP,
    dns.PROTOCOL,
    finger.FINGER,
    ftp.FTP,
    ftp.FTP_DATA,
    gssapi.GSSAPI,
    http.HTTP,
    imap.IMAP,
    irc.IRC,
    irc.IRC_DATA,
    krb.CARRIED,
    krb.UDP,
    krb.TCP,
    ldap.TCP,
    ldap.UDP,
    modbus.MODBUS,
    mqtt.MQTT,
    mysql.PROTOCOL,
    ntlm.NTLM,
    ntp.PROTOCOL,
    postgresql.PROTOCOL,
    pop3.POP3,
    quic.PROTOCOL,
    radius.PROTOCOL,
    rdp.RDP,
    rdpeudp.RDPEUDP,
    redis.PROTOCOL,
    rfb.RFB,
    sip.PROTOCOL,
    smb.PROTOCOL,
    smtp.SMTP,
    snmp.PROTOCOL,
    socks.SOCKS,
    ssh.SSH,
    ssl.SSL,
    ssl.DTLS,
    syslog.PROTOCOL,
    xmpp.XMPP,
    websocket.PROTOCOL,
)

# The logs that are written without an analyser on a connection's bytes, and those of files.
OTHER_RECORDS: tuple[Record, ...] = (
    conn.RECORD,
    record.RECORD,
    ocsp.RECORD,
    pe.RECORD,
    x509.RECORD,
    tunnel.RECORD,
    weird.RECORD,
    notice.RECORD,
    software.RECORD,
    failure.RECORD,
    packet_filter.RECORD,
    hosts.RECORD,
    services.RECORD,
    certs.RECORD,
)

RECORDS: dict[str, Record] = {
    record.name: record for group in (OTHER_RECORDS, *(p.records for p in PROTOCOLS)) for record in group
}


def record_of(log: str, columns: Sequence[str]) -> Record | None:
    """What is known of a log that has these columns."""
    return conn.OF_SEVERAL if log == conn.RECORD.name and conn.CAPTURE.name in columns else RECORDS.get(log)

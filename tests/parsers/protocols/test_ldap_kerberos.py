"""LDAP where Kerberos logs the client in and signs or seals what follows, as slapd and MIT's server do it."""

from pathlib import Path

import pytest

from tests.parsers.protocols.kdc import Server
from tests.parsers.protocols.loopback import loopback

_SERVER = """
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
sasl-host localhost
database mdb
suffix dc=example
rootdn uid=ann,cn=gssapi,cn=auth
directory {folder}
"""
# How strong the protection is that the client asks for: none, signed, sealed.
_STRENGTHS = 0, 1, 256


def test_a_real_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("slapd", "ldapsearch")
        if not list(Path("/usr/lib").glob("*/sasl2/libgssapiv2.so")):
            pytest.skip("needs SASL's part for Kerberos")
        kdc = Server(inside, tmp_path, "-pw hello ann", "-randkey ldap/localhost")
        kdc.run("udp", f"kadmin.local -q 'ktadd -k {tmp_path}/keys ldap/localhost'")
        (tmp_path / "slapd.conf").write_text(_SERVER.format(folder=tmp_path))
        served = "slapd", "-f", str(tmp_path / "slapd.conf"), "-h", "ldap://127.0.0.1", "-d", "0"
        inside.start(*served, KRB5_CONFIG=f"{tmp_path}/udp", KRB5_KTNAME=f"{tmp_path}/keys")
        inside.wait_for(389)
        asked = "ldapsearch -Y GSSAPI -N -H ldap://localhost -b dc=example{0} -O minssf={0},maxssf={0}"
        with inside.captured():
            kdc.run("udp", "echo hello | kinit ann")
            said = [kdc.run("udp", asked.format(strength)) for strength in _STRENGTHS]
        assert all(b"No such object" in one.stdout for one in said)
        conn = sorted((row for row in inside.rows("conn") if row["id.resp_p"] == 389), key=lambda row: row["ts"])
        rows = inside.rows("ldap")
        searches = sorted(inside.rows("ldap_search"), key=lambda row: row["ts"])
        told = inside.rows("weird") + inside.rows("analyzer")
        tickets = [(row["request_type"], row["service"]) for row in inside.rows("kerberos")]
    login = [("bind SASL", result) for result in ("SASL bind in progress", "SASL bind in progress", "success")]
    for number, row in enumerate(conn):
        assert row["service"] == "ldap_tcp"
        own = [(each["opcode"], each["result"]) for each in rows if each["uid"] == row["uid"]]
        assert own == login + ([("unbind", None)] if number < 2 else [])
    assert {row["argument"] for row in rows} == {"GSSAPI", None}
    # What is sealed nobody can read.
    assert [(row["uid"], row["base_object"], row["result"]) for row in searches] == [
        (conn[0]["uid"], "dc=example0", "no such object"),
        (conn[1]["uid"], "dc=example1", "no such object"),
    ]
    assert told == []
    assert tickets == [("AS", "krbtgt/TEST.REALM"), ("TGS", "ldap/localhost")]

"""A Kerberos server in a namespace."""

import os
import subprocess
from pathlib import Path

from tests.parsers.protocols.loopback import Loopback

_LIBRARY = """
[libdefaults]
    default_realm = TEST.REALM
    dns_lookup_kdc = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = {limit}
[realms]
    TEST.REALM = {{
        kdc = 127.0.0.1
        pkinit_anchors = FILE:{folder}/ca.pem
        pkinit_kdc_hostname = kdc.example
        pkinit_eku_checking = kpServerAuth
    }}
"""
_SERVER = """
[kdcdefaults]
    kdc_listen = 127.0.0.1:88
    kdc_tcp_listen = 127.0.0.1:88
[realms]
    TEST.REALM = {{
        database_name = {folder}/principal
        key_stash_file = {folder}/stash
        acl_file = {folder}/acl
        supported_enctypes = aes256-cts:normal
        pkinit_identity = FILE:{folder}/kdc.pem,{folder}/kdc.key
        pkinit_anchors = FILE:{folder}/ca.pem
    }}
[logging]
    kdc = FILE:{folder}/kdc.log
"""


class Server:
    """A real one in a namespace, and clients of its realm that talk UDP or TCP to it."""

    def __init__(self, inside: Loopback, folder: Path, *principals: str) -> None:
        inside.need("krb5kdc", "kdb5_util", "kadmin.local", "kinit", "kvno")
        self.folder, self.inside = folder, inside
        for proto, limit in (("udp", 10_000), ("tcp", 1)):
            (folder / proto).write_text(_LIBRARY.format(folder=folder, limit=limit))
        (folder / "kdc.conf").write_text(_SERVER.format(folder=folder))
        self.environment = {"KRB5_KDC_PROFILE": f"{folder}/kdc.conf", "KRB5CCNAME": f"FILE:{folder}/cache"}
        steps = ["kdb5_util create -s -P master -r TEST.REALM"]
        steps += [f"kadmin.local -q 'addprinc {principal}'" for principal in principals]
        done = self.run("udp", " && ".join(steps))
        assert done.returncode == 0, done.stderr
        inside.start("krb5kdc", "-n", KRB5_CONFIG=f"{folder}/udp", **self.environment)
        inside.wait_for(88)

    def run(self, proto: str, steps: str) -> subprocess.CompletedProcess[bytes]:
        environment = os.environ | self.environment | {"KRB5_CONFIG": f"{self.folder}/{proto}"}
        return self.inside.run("bash", "-c", steps, env=environment)

    def log(self) -> str:
        return (self.folder / "kdc.log").read_text()

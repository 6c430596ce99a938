"""POP3 and IMAP as dovecot speaks them with Python's clients."""

import hashlib
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.parsers.protocols.loopback import Loopback, loopback

_SETTINGS = """
base_dir = {path}/run
state_dir = {path}/state
log_path = {path}/dovecot.log
protocols = pop3 imap
listen = 127.0.0.1
ssl_cert = <{path}/cert.pem
ssl_key = <{path}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{mail}/inbox
first_valid_uid = 1
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={mail}
}}
"""
_CLIENT = """
import imaplib, poplib, ssl, sys
from email.message import EmailMessage
trusting = ssl._create_unverified_context()
trusting.maximum_version = ssl.TLSVersion.TLSv1_2  # What is newer hides its certificates.
message = EmailMessage()
message["Subject"], message["From"] = "a dot", "Ann <ann@example.org>"
message.set_content("Look at this.")
message.add_attachment(open(sys.argv[1], "rb").read(), maintype="image", subtype="png", filename="dot.png")
imap = imaplib.IMAP4("127.0.0.1", 143)
imap.starttls(trusting)
imap.login("ann", "secret")
imap.append("INBOX", None, None, message.as_bytes())
imap.logout()
pop3 = poplib.POP3("127.0.0.1", 110)
pop3.capa()
pop3.user("ann")
pop3.pass_("secret")
pop3.retr(1)
pop3.quit()
pop3 = poplib.POP3("127.0.0.1", 110)
pop3.stls(trusting)
pop3.user("ann")
pop3.pass_("secret")
pop3.retr(1)
pop3.quit()
"""


@contextmanager
def dovecot(path: Path) -> Iterator[Loopback]:
    """The server with an empty mailbox and a certificate of its own."""
    # Who the mails belong to must get at them, which the folders of tests do not let anyone but root.
    with loopback(path) as inside, TemporaryDirectory() as mail:
        inside.need("dovecot", "openssl")
        if not inside.run("dovecot", "--version").stdout.startswith(b"2.3."):
            pytest.skip("needs dovecot 2.3, others' settings have other names")
        (path / "dovecot.conf").write_text(_SETTINGS.format(path=path, mail=mail))
        certificate = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        certificate += ["-subj", "/CN=mail.example.org", "-keyout", f"{path}/key.pem", "-out", f"{path}/cert.pem"]
        subprocess.run(certificate, check=True, capture_output=True)
        shutil.chown(mail, "mail", "mail")
        inside.start("dovecot", "-F", "-c", f"{path}/dovecot.conf")
        inside.wait_for(110)
        inside.wait_for(143)
        yield inside


def test_a_client_and_a_server_of_others(tmp_path: Path) -> None:
    picture = tmp_path / "dot.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with dovecot(tmp_path) as inside:
        with inside.captured():
            done = inside.run(sys.executable, "-c", _CLIENT, str(picture))
        own = hashlib.sha256(ssl.PEM_cert_to_DER_cert((tmp_path / "cert.pem").read_text())).hexdigest()
        assert done.returncode == 0, (done.stderr, (tmp_path / "dovecot.log").read_text())
        conn = sorted((row for row in inside.rows("conn") if row["proto"] == "tcp"), key=lambda row: row["ts"])
        files = {row["mime_type"]: row for row in inside.rows("files") if row["source"] == "POP3"}
        tls = sorted(inside.rows("ssl"), key=lambda row: row["ts"])
        certificates = inside.rows("x509")
        told = inside.rows("weird") + inside.rows("analyzer")
    assert [row["service"] for row in conn] == ["imap,ssl", "pop3", "pop3,ssl"]
    assert files["image/png"]["sha256"] == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert {row["uid"] for row in files.values()} == {conn[1]["uid"]}
    assert [(row["uid"], row["established"]) for row in tls] == [(conn[0]["uid"], True), (conn[2]["uid"], True)]
    (fingerprint,) = {fingerprint for row in tls for fingerprint in row["cert_chain_fps"]}
    assert fingerprint == own
    assert {row["certificate.subject"] for row in certificates} == {"CN=mail.example.org"}
    assert told == []

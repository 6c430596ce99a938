"""Software that HTTP's headers tell of."""

from pathlib import Path

from parsers.protocols.http import HTTP
from tests.parsers.protocols.feeding import SECOND, START, connection, converse, each_way
from tests.parsers.protocols.loopback import loopback

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nuser-AGENT: a browser/1.0\r\nServer: none\r\nX-Powered-By: none\r\n\r\n"
REPLY = (
    b"HTTP/1.1 200 OK\r\nServer: a server/2.0\r\nX-Powered-By: PHP/8.1\r\nMicrosoftSharePointTeamServices: 16.0\r\n"
    b"User-Agent: none\r\nContent-Length: 0\r\n\r\n"
)


@each_way
def test_headers(way: str) -> None:
    told = converse(HTTP, [(True, REQUEST), (False, REPLY)], way, connection(resp_h="192.168.0.80", resp_p=8080))
    asked, answered = [START + SECOND], [START + 2 * SECOND]
    assert [tuple(row.values()) for row in told.rows["software"]] == [
        (asked, "10.0.0.1", None, "HTTP::BROWSER", "a browser/1.0"),
        (answered, "192.168.0.80", 8080, "HTTP::SERVER", "a server/2.0"),
        (answered, "192.168.0.80", 8080, "HTTP::APPSERVER", "PHP/8.1"),
        (answered, "192.168.0.80", 8080, "HTTP::APPSERVER", "SharePoint/16.0"),
    ]


def test_servers_elsewhere_are_not_told_of() -> None:
    told = converse(HTTP, [(True, REQUEST), (False, REPLY)], to=connection(resp_h="9.9.9.9"))
    assert [row["software_type"] for row in told.rows["software"]] == ["HTTP::BROWSER"]


def test_real_ones(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("curl", "python3")
        inside.start("python3", "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", str(tmp_path))
        inside.wait_for(8000)
        with inside.captured():
            for _ in range(2):
                inside.run("curl", "-s", "http://127.0.0.1:8000/nothing")
        client, server = inside.rows("software")
        said = inside.run("curl", "--version").stdout.split()[1].decode()
        assert (client["name"], client["unparsed_version"]) == ("curl", f"curl/{said}")
        assert said.startswith(f"{client['version.major']}.{client['version.minor']}.{client['version.minor2']}")
        assert (server["name"], server["host_p"], server["software_type"]) == ("SimpleHTTP", 8000, "HTTP::SERVER")

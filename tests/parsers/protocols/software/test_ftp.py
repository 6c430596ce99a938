"""Software that FTP's clients tell of."""

from parsers.protocols.ftp import FTP
from tests.parsers.protocols.feeding import SECOND, START, connection, converse, each_way


@each_way
def test_a_client_that_names_itself(way: str) -> None:
    turns = [(False, b"220 hello\r\n"), (True, b"clnt  a client 1.0\r\n"), (False, b"200 fine\r\n")]
    told = converse(FTP, turns, way, connection(resp_p=21))
    assert list(told.only("software").values()) == [
        [START + 2 * SECOND],
        "10.0.0.1",
        None,
        "FTP::CLIENT",
        "a client 1.0",
    ]

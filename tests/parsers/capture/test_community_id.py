"""Community IDs, as the `communityid` package of the specification's authors makes them."""

import struct
from pathlib import Path

import pytest

from parsers.capture.community_id import community_id
from parsers.capture.pipeline import updates
from parsers.source import LogSet
from tests.parsers.capture.build import CLIENT, SERVER, ethernet, ipv4, pcap

A, B, A6, B6 = "10.0.0.1", "192.0.2.7", "2001:db8::1", "2001:db8::7"
SAID = [
    (6, (A, 40000), (B, 80), "1:gA1d5KlvUxLLxlFSyjRx7xQUB54="),
    (17, (A6, 5353), (B6, 53), "1:ImsOcs2w42BDHZybkt2SNSzoT0k="),
    (132, (A, 1000), (B, 2000), "1:ttacsGypAmyH2LiayFbANm/J7mw="),
    # An echo and its answer are one connection.
    (1, (A, 8), (B, 0), "1:onrg0PkryXq2waYBsCpWrO44RNY="),
    (58, (A6, 128), (B6, 129), "1:X2xog3ot26KZN62WEPKwmHeVKFM="),
    # OSPF has no ports.
    (89, (A, 0), (B, 0), "1:xpCcF+9NRPWP1VyhyRx+b2rRIBQ="),
]


@pytest.mark.parametrize(("proto", "orig", "resp", "identifier"), SAID)
def test_both_ways_are_one(proto: int, orig: tuple[str, int], resp: tuple[str, int], identifier: str) -> None:
    assert community_id(proto, orig, resp) == community_id(proto, resp, orig) == identifier


def test_the_lower_port_is_first_between_the_same_address() -> None:
    assert community_id(6, (A, 9), (A, 8)) == community_id(6, (A, 8), (A, 9)) == "1:BriuZqmfifIqTVJOpCHPKIUrNIU="


@pytest.mark.parametrize(
    ("proto", "orig", "resp", "there", "back"),
    [
        (1, (A, 3), (B, 1), "1:7E3dECzFtjd/Kfz5m8PHeXoFshM=", "1:UVAhOWOUtIUkdxxlBk0m/HSutqU="),
        (58, (A6, 1), (B6, 4), "1:UAaq5ytCV1cikIVs0zlW2tcKCTM=", "1:5lmWuoqX/a+9/cZkn80wC+Yx1Lo="),
    ],
)
def test_what_has_no_answer_has_a_direction(
    proto: int, orig: tuple[str, int], resp: tuple[str, int], there: str, back: str
) -> None:
    assert community_id(proto, orig, resp) == there
    assert community_id(proto, (resp[0], orig[1]), (orig[0], resp[1])) == back


@pytest.mark.parametrize("turned", [False, True])
def test_sctp_has_ports_although_its_row_has_none(tmp_path: Path, *, turned: bool) -> None:
    ends, ports = ((SERVER, CLIENT), (2000, 1000)) if turned else ((CLIENT, SERVER), (1000, 2000))
    chunk = struct.pack(">HHII", *ports, 7, 0)
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([ethernet(ipv4(chunk, 132, src=ends[0], dst=ends[1]))]))
    read = LogSet()
    read.read(updates([path]))
    (row,) = read.table("conn").to_pylist()
    assert (row["id.orig_p"], row["id.resp_p"]) == (0, 0)
    assert row["community_id"] == "1:ttacsGypAmyH2LiayFbANm/J7mw="

"""The tunnel protocols, one line each."""

from parsers.capture.tunnels import ayiya, geneve, gre, gtpv1, ip, teredo, vxlan
from parsers.capture.tunnels.reading import TunnelProtocol

TUNNELS: tuple[TunnelProtocol, ...] = (
    ip.PROTOCOL,
    gre.PROTOCOL,
    teredo.PROTOCOL,
    vxlan.PROTOCOL,
    geneve.PROTOCOL,
    gtpv1.PROTOCOL,
    ayiya.PROTOCOL,
)

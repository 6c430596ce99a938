"""The link types that are read, and the headers within their frames: one line each."""

from parsers.capture.links import cooked, ethernet, ieee802_11, layer, loopback, mpls, nflog, ppp, wrappers
from parsers.capture.links.layer import Layer, skip

LAYERS: dict[int, Layer] = {
    0: loopback.loopback,
    1: ethernet.ethernet,
    9: ppp.ppp,
    # The address of FDDI's frames, and a SNAP header that Zeek takes for granted.
    10: skip(21, layer.IP),
    12: loopback.raw_or_loopback,
    14: loopback.raw,
    50: ppp.ppp,
    51: ppp.pppoe,
    # ATM with LLC (RFC 2684).
    100: skip(0, layer.LLC),
    101: loopback.raw,
    104: ppp.cisco_hdlc,
    105: ieee802_11.ieee802_11,
    108: loopback.loopback,
    109: loopback.ipsec,
    113: cooked.cooked,
    117: loopback.packet_filter_log,
    119: wrappers.prism,
    # IP over Fibre Channel (RFC 2625).
    122: skip(16, layer.LLC),
    127: wrappers.radiotap,
    163: wrappers.prism,
    # Linux's pppd: the direction stands for the address.
    166: skip(2, layer.PPP),
    192: wrappers.ppi,
    # A byte for the direction.
    204: skip(1, layer.PPP),
    205: skip(1, layer.CISCO_HDLC),
    219: mpls.mpls,
    228: loopback.raw,
    229: loopback.raw,
    239: nflog.nflog,
    # NetANALYZER's header, and an Ethernet frame without and with its preamble.
    240: skip(4, layer.ETHERNET),
    241: skip(12, layer.ETHERNET),
    258: wrappers.pktap,
    276: cooked.cooked_2,
    layer.LLC: ethernet.llc,
    layer.VLAN: ethernet.vlan,
    layer.VNTAG: ethernet.vntag,
    layer.BACKBONE: ethernet.backbone,
    layer.FABRIC_PATH: ethernet.fabric_path,
    layer.PPPOE: ppp.pppoe,
    layer.MPLS: mpls.mpls,
    layer.NFLOG_VALUE: nflog.value,
    # Nothing is in it; it is only looked at for what is weird.
    layer.ARP: skip(0, layer.NOTHING),
}

"""Markup: what stands after a byte order mark, blanks, comments and an XML declaration, all of which may be absent."""

from parsers.files.magic.fact import fits, starts

_BOM = rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
_GAP = rb"(?:[\r\n\t ]|<!--.*-->)*"
_DECLARED = _GAP + rb"(?:<\?xml .*\?>)?" + _GAP
_PROLOG = _BOM + _DECLARED
_VERSION = rb'<\?xml version="[^\x00].{3}.*'

FACTS = (
    # The letters of the declaration may be two bytes each.
    fits("application/xml", 10, _BOM + _GAP + rb"\x00?<\x00?\?\x00?x\x00?m\x00?l\x00? "),
    fits("text/html", 100, _PROLOG + rb"<(?i:!doctype +html|html|meta +http-equiv)"),
    fits("text/html", 20, _PROLOG + rb"<(?i:head|title|body)"),
    fits("text/rss", 90, _PROLOG + rb"<(?i:rss)"),
    fits(
        "text/atom",
        100,
        _PROLOG + rb"<(?i:rss)[^>]*xmlns:atom",
        _PROLOG + rb"""<(?i:feed)[^>]*xmlns=["']?http://www.w3.org/2005/Atom""",
    ),
    fits("application/soap+xml", 49, _PROLOG + rb"<(?i:soap(?:-env)?:envelope)"),
    fits("application/xml-rpc", 49, _PROLOG + rb"<(?i:methodresponse)>"),
    fits("application/f4m", 49, _PROLOG + rb'<(?i:manifest)[\r\n\t ]+xmlns="http://ns\.adobe\.com/f4m/'),
    fits("text/x-cross-domain-policy", 49, _DECLARED + rb"<(?i:(?:!doctype +)?cross-domain-policy)"),
    fits("magnus-internal/cold-fusion", 20, _GAP + rb"<(?:CFPARAM|CFSET|CFIF)"),
    fits("image/svg+xml", 38, _VERSION + b"<svg"),
    fits("application/xml-sitemap", 37, _VERSION + b"<urlset"),
    fits("application/x-gnucash", 37, _VERSION + b"<gnc-v2"),
    fits("model/x3d", 43, rb'<\?xml version=".{5}.*<!DOCTYPE ?X3D'),
    fits("application/vnd.google-earth.kml+xml", 61, rb"""<\?xml.{15}.* xmlns=['"]http://earth.google.com/kml"""),
    fits("application/vnd.google-earth.kml+xml", 60, rb"""<\?xml.{15}.* xmlns=['"]http://www.opengis.net/kml"""),
    starts("application/x-java-jnlp-file", 100, b"<jnlp "),
    starts("application/x-scribus", 260, b"<SCRIBUSUTF8NEW Version"),
    fits("application/x-freeplane", 260, rb'<map ?version="freeplane'),
    fits("application/x-freemind", 150, rb"<map ?version"),
)

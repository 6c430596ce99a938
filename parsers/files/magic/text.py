"""Plain text, and text of a known form."""

from parsers.files.magic.fact import fits, starts

_BOM = rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
_BLANK = rb"[\r\n\t ]*"
_OBJECT = rb"""\{%b(?:"[^"]+"|[a-zA-Z][a-zA-Z0-9\\_]*)%b:%b(?:["\[{0-9]|true|false)""" % (_BLANK, _BLANK, _BLANK)
_LIST = rb"""\[%b(?:(?:"[^"]+"|[0-9]+(?:\.[0-9]+)?|true|false)%b,|[{\[])""" % (_BLANK, _BLANK)
# How a setup script begins in Zeek's rules: with a backtick, which real ones do not have.
_SETUP = rb"`(?:\r\n|;|\[|\xff\xfe).*\["

FACTS = (
    # Ten characters of ASCII, after a byte order mark of any width.
    fits(
        "text/plain",
        -20,
        rb"(?:\xef\xbb\xbf|(?:\x00\x00)?\xfe\xff|\xff\xfe(?:\x00\x00)?)?[\t\n\v\f\r -~]{10}",
    ),
    fits("text/json", 1, _BOM + _BLANK + _OBJECT, _BOM + _BLANK + _LIST),
    fits("text/ini", 20, _BOM + rb"[\x00\r\n\t ]*\[[^\r\n]+\][\t \x00]*[\r\n]"),
    # The name of a section in UTF-16, or the second one in ASCII.
    fits(
        "application/x-setupscript",
        110,
        _SETUP + rb"\x00[Vv]\x00[Ee]\x00[Rr]\x00[Ss]\x00[Ii]\x00[Oo]\x00[Nn]\x00\]",
        _SETUP + rb"\x00[Ss]\x00[Tt]\x00[Rr]\x00[Ii)(\x00\[Nn]\x00[Gg]\x00[Ss]\x00\]",
    ),
    fits("application/x-setupscript", 100, _SETUP + rb".*\[(?i:version)"),
    fits("text/x-diff", 55, rb".*--- .*\n.*\+\+\+ .*\n.*@@"),
    starts("text/x-po", 37, b"msgid "),
    starts("text/x-xmcd", 90, b"# xmcd"),
    fits("text/x-php", 37, rb"<\?php /\* Smarty version.[0-9.]"),
    starts("text/calendar", 180, b"BEGIN:VCALENDAR"),
    starts("text/x-vcard", 140, b"BEGIN:VCARD"),
    starts("application/x-kdelnk", 220, b"[KDE Desktop Entry]"),
    starts("application/x-kdelnk", 200, b"# KDE Config File"),
    # Mail and news
    starts("message/rfc822", 170, b"Relay-Version:"),
    fits("message/rfc822", 160, rb"(?i:delivered-to:)"),
    fits("message/rfc822", 150, rb"(?i:return-path:)"),
    starts("message/rfc822", 130, b"Forward to"),
    starts("message/rfc822", 120, b"N#! rnews"),
    starts("message/rfc822", 110, b"#! rnews"),
    starts("message/rfc822", 100, b"Pipe to"),
    starts("message/rfc822", 80, b"From:"),
    starts("message/news", 100, b"Article"),
    starts("message/news", 80, b"Path:", b"Xref:"),
)

"""Which replies go with which commands, and which commands are about files.

Source: RFC 959, RFC 2228, RFC 2389, RFC 2428, RFC 3659; Zeek, base/protocols/ftp/{utils-commands,main}.zeek.
"""

from typing import Final

INIT: Final = b"<init>"
ANYTHING_WRONG: Final = 500

_SETTING: Final = frozenset((200, 421, 500, 501, 504, 530))
_DIRECTORY: Final = frozenset((250, 421, 500, 501, 502, 530, 550))
_STORING = frozenset((110, 125, 150, 226, 250, 421, 425, 426, 450, 451, 452, 500, 501, 530, 532, 550, 551, 552, 553))
_LISTING: Final = frozenset((125, 150, 226, 250, 421, 425, 426, 450, 451, 500, 501, 502, 530, 550))
_ABOUT: Final = frozenset((213, 500, 501, 550))
_MACHINE_LISTING: Final = frozenset((150, 226, 250, 500, 501, 550))

REPLIES: Final[dict[bytes, frozenset[int]]] = {
    INIT: frozenset((0, 120, 220, 421)),
    b"USER": frozenset((230, 331, 332, 421, 530, 500, 501)),
    b"PASS": frozenset((230, 202, 332, 421, 530, 500, 501, 503)),
    b"ACCT": frozenset((230, 202, 421, 530, 500, 501, 503)),
    b"CWD": _DIRECTORY,
    b"CDUP": _DIRECTORY | {200},
    b"SMNT": _DIRECTORY | {202},
    b"REIN": frozenset((120, 220, 421, 500, 502)),
    b"QUIT": frozenset((0, 221, 500)),
    b"PORT": frozenset((200, 421, 500, 501, 530)),
    b"PASV": frozenset((227, 421, 500, 501, 502, 530)),
    b"MODE": _SETTING | {502},
    b"TYPE": _SETTING,
    b"STRU": _SETTING,
    b"ALLO": _SETTING | {202},
    b"REST": frozenset((200, 350, 421, 500, 501, 502, 530)),
    b"STOR": _STORING,
    b"STOU": _STORING,
    b"RETR": frozenset((110, 125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 530, 550)),
    b"LIST": _LISTING,
    b"NLST": _LISTING,
    b"APPE": _STORING | {502},
    b"RNFR": frozenset((350, 421, 450, 550, 500, 501, 502, 530)),
    b"RNTO": frozenset((250, 421, 532, 553, 500, 501, 502, 503, 530)),
    b"DELE": frozenset((250, 421, 450, 550, 500, 501, 502, 530)),
    b"RMD": _DIRECTORY,
    b"MKD": frozenset((257, 421, 500, 501, 502, 530, 550)),
    b"PWD": frozenset((257, 421, 500, 501, 502, 550)),
    b"ABOR": frozenset((225, 226, 421, 500, 501, 502)),
    b"SYST": frozenset((215, 421, 500, 501, 502, 530)),
    b"STAT": frozenset((211, 212, 213, 421, 450, 500, 501, 502, 530)),
    b"HELP": frozenset((200, 211, 214, 421, 500, 501, 502)),
    b"SITE": frozenset((200, 202, 214, 500, 501, 502, 530)),
    b"NOOP": frozenset((200, 421, 500)),
    b"LPRT": frozenset((500, 501, 521)),
    b"FEAT": frozenset((211, 500, 502)),
    b"OPTS": frozenset((200, 451, 501)),
    b"EPSV": frozenset((229, 500, 501)),
    b"EPRT": frozenset((200, 500, 501, 522)),
    b"SIZE": _ABOUT,
    b"MDTM": _ABOUT,
    b"MLST": _MACHINE_LISTING,
    b"MLSD": _MACHINE_LISTING,
    b"CLNT": frozenset((200, 500)),
    b"MACB": frozenset((200, 500, 550)),
}

# The commands that have rows.
LOGGED: Final = frozenset(b"APPE DELE RETR STOR STOU ACCT PORT PASV EPRT EPSV".split())
# The argument of these is a file or a folder.
ABOUT_FILES: Final = frozenset(b"APPE CWD DELE MKD RETR RMD RNFR RNTO STOR STOU REST SIZE MDTM".split())
# The reply that says that a command changed or told the folder.
IN_FOLDER: Final = frozenset(((b"CWD", 250), (b"CDUP", 200), (b"CDUP", 250), (b"PWD", 257), (b"XPWD", 257)))

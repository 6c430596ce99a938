"""SMB 1 (MS-CIFS, MS-SMB): what one message says.

Source: Zeek, src/analyzer/protocol/smb/smb1-*.pac, scripts/base/protocols/smb/smb1-main.zeek.
"""

from parsers.protocols.smb.smb1.message import read

__all__ = ["read"]

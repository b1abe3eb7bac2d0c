"""What makes a PDF more than a page: scripts, launched programs, files inside. Looked for without rendering it."""

import re
import zlib
from collections.abc import Iterator

MAX_INFLATED = 128 * 1024 * 1024
"""Plain bytes of all compressed streams together; a PDF that unfolds to more is a bomb or a wastefully scanned book."""
_CHUNK = 64 * 1024
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|GoToE|XFA)(?![0-9A-Za-z])")
_LONGEST_NAME = 32
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_ENCRYPTED = re.compile(rb"/Encrypt(?![0-9A-Za-z])")
_END = b"%%EOF"
_ZIP_END = b"PK\x05\x06"


class Broken(Exception):
    """Not a whole PDF, or something else is hung on to its end."""


class Encrypted(Exception):
    """Protected by a password: nobody can look into it."""


class Active(Exception):
    """It holds scripts, launch actions or files."""


class Unfolds(Exception):
    """Its streams unfold to more than `MAX_INFLATED`."""


def check(data: bytes) -> None:
    """Refuse what is not plain pages; raises Broken, Encrypted, Active or Unfolds."""
    _, end, tail = data.rpartition(_END)
    # A second file behind the end (a zip archive, a script) makes a polyglot.
    if not data.startswith(b"%PDF-") or not end or tail.strip(b"\0\r\n\t ") or _ZIP_END in data:
        raise Broken
    names = _unescaped(data)
    if _ENCRYPTED.search(names):
        raise Encrypted
    if _ACTIVE.search(names):
        raise Active
    # ISO 32000-1 §7.5.7: dictionaries may lie in compressed object streams.
    for part in _inflated(data):
        if _ACTIVE.search(_unescaped(part)):
            raise Active


def check_unfolded(data: bytes) -> None:
    """Refuse what unfolds to more than `MAX_INFLATED` before a parser reads it; raises Unfolds."""
    for _part in _inflated(data):
        pass


def _unescaped(data: bytes) -> bytes:
    """ISO 32000-1 §7.3.5: `/J#61vaScript` is `/JavaScript`."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)


def _inflated(data: bytes) -> Iterator[bytes]:
    """The plain content of every deflated stream, in pieces that overlap by the longest name."""
    total = 0
    for match in _STREAM.finditer(data):
        start = match.end()
        if not _is_zlib(data[start : start + 2]):
            continue
        inflater = zlib.decompressobj()
        source, kept = memoryview(data)[start:], b""
        while not inflater.eof:
            try:
                piece = inflater.decompress(source, _CHUNK)
            except zlib.error:
                break
            if not piece:
                break
            total += len(piece)
            if total > MAX_INFLATED:
                raise Unfolds
            yield kept + piece
            kept, source = piece[-_LONGEST_NAME:], memoryview(inflater.unconsumed_tail)


def _is_zlib(head: bytes) -> bool:
    """RFC 1950 §2.2: method 8, and the two bytes are a multiple of 31."""
    return len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0

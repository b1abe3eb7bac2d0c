"""What a person uploads: recognised by its content, bounded, images made anew, scanned.

Only PDF, PNG and JPEG are taken. An image is decoded and written again, so that whatever hides in it or behind it is gone, with the
camera's metadata; a PDF with scripts, launch actions or embedded files is refused.
"""

import re
import socket
import struct
import warnings
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

import puremagic
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONGEST_EDGE = 4_000
THUMBNAIL_EDGE = 320
_CHUNK = 64 * 1024
_SCAN_TIMEOUT_S = 10.0
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE)\b")
_MEDIA_TYPES = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


class UploadRefused(Exception):
    """The file is not taken; `sentence` tells the person why and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


class Scan(StrEnum):
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    UNREACHABLE = "UNREACHABLE"


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is stored: `data` is the re-encoded image or the PDF as it came; `thumbnail` is a JPEG, None for a PDF."""

    media_type: str
    data: bytes
    thumbnail: bytes | None


def inspect(stream: BinaryIO, filename: str) -> Inspected:
    """Read, recognise and clean one upload; never holds more than `MAX_BYTES`. Raises UploadRefused."""
    data = _read(stream)
    claimed = _MEDIA_TYPES.get(PurePosixPath(filename.lower()).suffix)
    if claimed is None:
        raise UploadRefused("TYPE", _("只收 PDF、JPG、PNG 文件。请换成这三种格式再上传。"))
    if _sniff(data) != claimed:
        raise UploadRefused("DISGUISED", _("文件内容和扩展名不一致，打不开。请重新导出或拍照后再上传。"))
    if claimed == "application/pdf":
        return Inspected(claimed, _checked_pdf(data), None)
    return _remade_image(data, claimed)


def scan(data: bytes) -> Scan:
    """Ask clamd; CLEAN when no scanner is configured, UNREACHABLE when the configured one does not answer."""
    if not settings.CLAMD:
        return Scan.CLEAN
    try:
        answer = _ask_clamd(settings.CLAMD, data)
    except OSError:
        return Scan.UNREACHABLE
    if answer.endswith("OK"):
        return Scan.CLEAN
    return Scan.INFECTED if answer.endswith("FOUND") else Scan.UNREACHABLE


def _read(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_CHUNK):
        size += len(part)
        if size > MAX_BYTES:
            raise UploadRefused("TOO_LARGE", _("文件超过 20 MB。请压缩或分开后再上传，已填的内容都还在。"))
        parts.append(part)
    if size == 0:
        raise UploadRefused("EMPTY", _("这是一个空文件。请重新选择后再上传。"))
    return b"".join(parts)


def _sniff(data: bytes) -> str:
    try:
        return str(puremagic.from_string(data[:4_096], mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _checked_pdf(data: bytes) -> bytes:
    if b"%%EOF" not in data[-2_048:]:
        raise UploadRefused("BROKEN", _("这个 PDF 不完整。请重新导出后再上传。"))
    if _PDF_ACTIVE.search(data):
        raise UploadRefused(
            "ACTIVE", _("这个 PDF 里有脚本或嵌入的文件，不能接收。请打印成普通 PDF 后再上传。")
        )
    return data


def _remade_image(data: bytes, media_type: str) -> Inspected:
    broken = UploadRefused("BROKEN", _("这张图片打不开。请重新拍照或导出后再上传。"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=["PNG", "JPEG"]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UploadRefused(
                        "TOO_MANY_PIXELS", _("图片的像素太大。请缩小到 4000 像素以内再上传。")
                    )
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
                plain = upright.convert("RGB") if media_type == "image/jpeg" else upright.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UploadRefused("TOO_MANY_PIXELS", _("图片的像素太大。请缩小到 4000 像素以内再上传。")) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise broken from error
    remade = _encoded(plain, "JPEG" if media_type == "image/jpeg" else "PNG")
    small = plain.convert("RGB")
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Inspected(media_type, remade, _encoded(small, "JPEG"))


def _encoded(image: Image.Image, form: str) -> bytes:
    out = BytesIO()
    image.save(out, format=form, optimize=False)
    return out.getvalue()


def _ask_clamd(address: str, data: bytes) -> str:
    """INSTREAM of clamd's protocol: chunks with their length in four bytes, a zero length at the end."""
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            part = connection.recv(4_096)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_SCAN_TIMEOUT_S)
        connection.connect(address)
        return connection
    host, _separator, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_SCAN_TIMEOUT_S)

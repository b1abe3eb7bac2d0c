"""What a person uploads: recognised by its content, bounded, images made anew, scanned.

Only PDF, PNG and JPEG are taken. An image is decoded and written again, so that whatever hides in it or behind it is gone, with the
camera's metadata; a PDF with scripts, launch actions or embedded files is refused.
"""

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, ClassVar

import puremagic
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps

from tongban.foundation.storage import clamd, pdf
from tongban.kernel.errors import TongbanError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 16_000_000
MAX_PIXELS_BASELINE_JPEG = 64_000_000
"""A baseline JPEG is scaled down while it is decoded, so a telephone's full picture fits; others lie in memory whole, more than once."""
LONGEST_EDGE = 4_000
THUMBNAIL_EDGE = 320
_JPEG_QUALITY = 88
"""At 75, Pillow's own, small print on a photographed licence begins to blur."""
_READ_CHUNK = 64 * 1024
_PDF, _PNG, _JPEG = "application/pdf", "image/png", "image/jpeg"
_MEDIA_TYPES = {".pdf": _PDF, ".png": _PNG, ".jpg": _JPEG, ".jpeg": _JPEG}


class UploadRefused(TongbanError):
    """The file is not taken; `sentence` tells the person why and what to do, `code` is the stable word for the reason."""

    default_sentence: ClassVar[str] = gettext_noop("这个文件不能接收。请换一个文件再上传。")

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence=sentence)
        self.code = code  # type: ignore[misc]  # one class, a code for each reason


class Scan(StrEnum):
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    UNREACHABLE = "UNREACHABLE"
    """No verdict yet: the caller holds the file and asks again."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is stored: `data` is the re-encoded image or the PDF as it came; `thumbnail` is a JPEG, None for a PDF."""

    media_type: str
    data: bytes
    thumbnail: bytes | None


def inspect(stream: IO[bytes], filename: str) -> Inspected:
    """Read, recognise and clean one upload; never holds more than `MAX_BYTES` of it. Raises UploadRefused."""
    claimed = _MEDIA_TYPES.get(PurePosixPath(filename.lower()).suffix)
    if claimed is None:
        raise UploadRefused("TYPE", _("只收 PDF、JPG、PNG 文件。请换成这三种格式再上传。"))
    data = _read(stream)
    found = _sniff(data)
    # A picture named after the other picture format is a telephone's habit; it is made anew in any case.
    is_picture = claimed != _PDF and found in (_PNG, _JPEG)
    if found != claimed and not is_picture:
        raise UploadRefused("DISGUISED", _("文件内容和扩展名不一致。请重新导出或拍照后再上传。"))
    if found == _PDF:
        _check_pdf(data)
        return Inspected(_PDF, data, None)
    return _remade_picture(data)


def scan(data: bytes) -> Scan:
    """Ask clamd; CLEAN when no scanner is configured, UNREACHABLE when the configured one gives no verdict."""
    if not settings.CLAMD:
        return Scan.CLEAN
    try:
        return Scan.INFECTED if clamd.finds_malware(settings.CLAMD, data) else Scan.CLEAN
    except clamd.NoVerdict:
        return Scan.UNREACHABLE


def _read(stream: IO[bytes]) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_READ_CHUNK):
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


def _check_pdf(data: bytes) -> None:
    try:
        pdf.check(data)
    except pdf.Broken:
        raise UploadRefused("BROKEN", _("这个 PDF 不完整。请重新导出后再上传。")) from None
    except pdf.Encrypted:
        raise UploadRefused("ENCRYPTED", _("这个 PDF 设有密码，无法查看。请去掉密码后再上传。")) from None
    except pdf.Active:
        raise UploadRefused(
            "ACTIVE", _("这个 PDF 里有脚本或嵌入的文件，不能接收。请打印成普通 PDF 后再上传。")
        ) from None
    except pdf.Unfolds:
        raise UploadRefused(
            "UNFOLDS", _("这个 PDF 展开后太大。请降低扫描分辨率或分成几个文件后再上传。")
        ) from None


def _remade_picture(data: bytes) -> Inspected:
    try:
        picture = _decoded(data)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    # Pillow's decoders raise these three on damaged data.
    except (OSError, SyntaxError, ValueError) as error:
        raise UploadRefused("BROKEN", _("这张图片打不开。请重新拍照或导出后再上传。")) from error
    media_type, remade = _JPEG, b""
    if data.startswith(b"\x89PNG"):
        media_type, remade = _PNG, _encoded(picture, "PNG")
    if not remade or len(remade) > MAX_BYTES:
        media_type, remade = _JPEG, _encoded(picture, "JPEG")
    picture.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Inspected(media_type, remade, _encoded(picture, "JPEG"))


def _decoded(data: bytes) -> Image.Image:
    """The picture upright, at most `LONGEST_EDGE` long, without metadata, transparent places white."""
    with Image.open(BytesIO(data), formats=["PNG", "JPEG"]) as image:
        is_baseline = image.format == "JPEG" and not image.info.get("progressive")
        limit = MAX_PIXELS_BASELINE_JPEG if is_baseline else MAX_PIXELS
        # The size stands in the header: nothing is decoded yet.
        if image.width * image.height > limit:
            raise _too_many_pixels()
        image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
        image.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
        ImageOps.exif_transpose(image, in_place=True)
        plain = _on_white(image) if image.has_transparency_data else image.convert("RGB")
    plain.info.clear()
    return plain


def _on_white(image: Image.Image) -> Image.Image:
    opaque = image.convert("RGBA")
    plain = Image.new("RGB", opaque.size, "white")
    plain.paste(opaque, mask=opaque)
    return plain


def _too_many_pixels() -> UploadRefused:
    return UploadRefused("TOO_MANY_PIXELS", _("图片的像素太大。请缩小到 4000 像素以内再上传。"))


def _encoded(picture: Image.Image, form: str) -> bytes:
    out = BytesIO()
    picture.save(out, format=form, quality=_JPEG_QUALITY)
    return out.getvalue()

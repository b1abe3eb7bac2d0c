import socket
import struct
import threading
import zlib
from io import BytesIO

import pytest
from PIL import Image

from tongban.foundation.storage import uploads

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def png(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "white").save(out, format="PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


class Endless(BytesIO):
    """A stream of 200 MB that never lies in memory whole."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0, "the whole stream is never asked for at once"
        if self.given >= 200 * 1024 * 1024:
            return b""
        self.given += size
        return b"a" * size


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "EMPTY"),
        ("a.pdf", b"<html><script>alert(1)</script></html>", "DISGUISED"),
        ("a.png", PDF, "DISGUISED"),
        ("a.exe", b"MZ\x90\0", "TYPE"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "TYPE"),
        ("../../etc/passwd", PDF, "TYPE"),
        ("a.pdf", PDF.replace(b"%%EOF", b""), "BROKEN"),
        ("a.pdf", PDF.replace(b"/Type /Catalog", b"/OpenAction << /S /JavaScript >>"), "ACTIVE"),
        ("a.pdf", PDF.replace(b"/Type /Catalog", b"/Names << /EmbeddedFiles 2 0 R >>"), "ACTIVE"),
        ("a.png", bomb(30_000, 30_000), "TOO_MANY_PIXELS"),
        ("a.png", png(40, 40)[:80], "BROKEN"),
    ],
)
def test_what_is_not_an_ordinary_paper_is_refused_with_a_sentence(name, content, code):
    with pytest.raises(uploads.UploadRefused) as refused:
        uploads.inspect(BytesIO(content), name)

    assert refused.value.code == code
    assert refused.value.sentence.endswith("。")


def test_two_hundred_megabytes_are_refused_after_twenty():
    stream = Endless()

    with pytest.raises(uploads.UploadRefused) as refused:
        uploads.inspect(stream, "a.pdf")

    assert refused.value.code == "TOO_LARGE"
    assert stream.given <= uploads.MAX_BYTES + 64 * 1024


def test_an_image_is_made_anew_without_what_hides_behind_it():
    hidden = png(800, 600) + b"PK\x03\x04 a zip behind the picture"

    inspected = uploads.inspect(BytesIO(hidden), "shop.png")

    assert b"a zip behind" not in inspected.data
    assert Image.open(BytesIO(inspected.data)).size == (800, 600)
    assert inspected.thumbnail is not None
    assert max(Image.open(BytesIO(inspected.thumbnail)).size) == uploads.THUMBNAIL_EDGE


def test_the_place_where_a_photo_was_taken_is_dropped():
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "示例相机"
    Image.new("RGB", (50, 40)).save(out, format="JPEG", exif=exif)

    inspected = uploads.inspect(BytesIO(out.getvalue()), "photo.JPG")

    assert dict(Image.open(BytesIO(inspected.data)).getexif()) == {}


def test_a_pdf_is_kept_as_it_came():
    assert uploads.inspect(BytesIO(PDF), "plan.pdf") == uploads.Inspected("application/pdf", PDF, None)


def test_a_scanner_that_does_not_answer_holds_the_file(settings):
    settings.CLAMD = "127.0.0.1:1"

    assert uploads.scan(b"content") is uploads.Scan.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", uploads.Scan.CLEAN),
        (b"stream: Eicar-Test-Signature FOUND\0", uploads.Scan.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", uploads.Scan.UNREACHABLE),
    ],
)
def test_the_scanner_is_asked_in_its_own_protocol(settings, answer, verdict):
    received = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = server.accept()
        with connection:
            data = b""
            while not data.endswith(b"\0\0\0\0"):
                data += connection.recv(4_096)
            received.append(data)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}"

    assert uploads.scan(b"content") is verdict
    thread.join()
    server.close()
    assert received == [b"zINSTREAM\0" + struct.pack("!I", 7) + b"content" + struct.pack("!I", 0)]

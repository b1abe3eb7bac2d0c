import zlib

import pytest

from tongban.foundation.storage import pdf

HEAD = b"%PDF-1.7\n"
TAIL = b"trailer << /Root 1 0 R >>\n%%EOF\n"


def document(body: bytes) -> bytes:
    return HEAD + body + TAIL


def deflated(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return (
        b"2 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\r\n" + packed + b"\nendstream\nendobj\n"
    )


def test_plain_pages_pass():
    plain = document(b"1 0 obj << /Type /Catalog >> endobj\n" + deflated(b"BT (JavaScript) Tj ET"))

    assert pdf.check(plain) is None


@pytest.mark.parametrize(
    "body",
    [
        b"<< /S /JavaScript /JS (app.alert(1)) >>",
        b"<< /S /J#61vaScript >>",
        b"<< /S /Launch /F (calc.exe) >>",
        b"<< /Names << /EmbeddedFiles 3 0 R >> >>",
        b"<< /AcroForm << /XFA 4 0 R >> >>",
        deflated(b"<< /S /JavaScript >>"),
        deflated(b"<< /S /Java#53cript >>"),
        # The name lies across the edge of two pieces.
        deflated(b" " * (64 * 1024 - 5) + b"/JavaScript "),
    ],
)
def test_active_content_is_found_where_it_hides(body):
    with pytest.raises(pdf.Active):
        pdf.check(document(body))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD,
        b"GIF89a" + document(b""),
        document(b"") + b"<script>alert(1)</script>",
        document(b"") + b"PK\x05\x06" + b"\0" * 18,
        document(b"PK\x05\x06" + b"\0" * 18),
    ],
)
def test_a_pdf_that_is_also_something_else_is_refused(data):
    with pytest.raises(pdf.Broken):
        pdf.check(data)


def test_a_pdf_nobody_can_look_into_is_refused():
    with pytest.raises(pdf.Encrypted):
        pdf.check(document(b"<< /Encrypt 9 0 R >>"))


def test_a_bomb_is_refused_before_it_unfolds():
    with pytest.raises(pdf.Unfolds):
        pdf.check(document(deflated(b"\0" * (pdf.MAX_INFLATED + 1))))

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tongban.foundation import papers
from tongban.foundation.signing import messages, pdf, services
from tongban.foundation.signing.types import (
    KeyUnavailable,
    Refusal,
    SignatureRefused,
    TimeStampFailed,
    TimeStampRefused,
)
from tongban.kernel.actors import PLATFORM

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def page(tmp_path) -> bytes:
    template = tmp_path / "page.typ"
    template.write_text('#set document(title: "t")\n#set text(font: "Noto Sans SC", lang: "zh")\n证照')
    return papers.render(template, {})


@pytest.fixture
def signed(page) -> bytes:
    return pdf.sign(page, signer=services.signer_for("SCJG", at=AT), reason="签发", at=AT)


def refusal(data: bytes, at: datetime = AT) -> Refusal:
    with pytest.raises(SignatureRefused) as refused:
        pdf.verify(data, at=at)
    return refused.value.reason


def test_who_signed_and_when(signed):
    found = pdf.verify(signed, at=AT + timedelta(days=30))

    assert (found.owner, found.signed_at, found.is_stamped) == ("SCJG", AT, True)
    assert found.key_id == services.signer_for("SCJG", at=AT).key_id


def test_another_reader_finds_the_signature_whole_and_its_time_stamp_good(signed):
    roots = [x509.Certificate.load(one.certificate) for one in services.trust_anchors()]
    context = ValidationContext(trust_roots=roots, moment=AT, allow_fetching=False)

    embedded = PdfFileReader(BytesIO(signed)).embedded_signatures[0]
    status = validate_pdf_signature(embedded, context, context)

    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == AT


def test_every_altered_byte_is_found(signed):
    start = signed.index(b"/Contents <") + len(b"/Contents <")
    places = [
        *range(0, start, 1_201),
        *range(start, start + 8_000, 331),
        *range(len(signed) - 400, len(signed), 47),
    ]

    for place in places:
        altered = bytearray(signed)
        altered[place] ^= 1
        with pytest.raises((SignatureRefused, TimeStampRefused)):
            found = pdf.verify(bytes(altered), at=AT)
            # Only the case of a hex digit may differ: it says the same.
            assert bytes(altered).lower() != signed.lower(), f"{place}: {found}"
            raise SignatureRefused(Refusal.WRONG_SIGNATURE, "same content")


def test_what_is_appended_is_found(signed):
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    writer.root["/Lang"] = writer.root["/Type"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)

    assert refusal(out.getvalue()) is Refusal.APPENDED
    assert pdf.signed_revision(out.getvalue()) == signed
    assert refusal(signed + b"\n%%EOF\n") is Refusal.APPENDED


def test_something_hidden_behind_the_signature_in_its_place_is_found(signed):
    end = signed.index(b"00>", signed.index(b"/Contents <"))

    assert refusal(signed[: end - 1] + b"7" + signed[end:]) is Refusal.WRONG_SIGNATURE


def test_an_unsigned_file_is_refused(page):
    assert refusal(page) is Refusal.UNSIGNED
    assert refusal(b"") is Refusal.UNSIGNED


def test_a_foreign_signer_is_refused(signed):
    from tongban.foundation.signing import models

    models.Certificate.objects.filter(owner="SCJG").delete()

    assert refusal(signed) is Refusal.UNKNOWN_KEY


def test_a_revoked_signer_holds_by_its_stamp_until_its_revocation_is_dated_before(signed):
    key = services.signer_for("SCJG", at=AT).key_id

    services.revoke(key, reason="私钥泄露", actor=PLATFORM, at=AT)

    assert refusal(signed, AT + timedelta(days=1)) is Refusal.REVOKED


def test_a_signature_without_stamp_is_judged_by_the_present(page, monkeypatch):
    written = messages.write
    monkeypatch.setattr(
        messages, "write", lambda *given, **named: written(*given, **{**named, "stamp": None})
    )
    unstamped = pdf.sign(page, signer=services.signer_for("SCJG", at=AT), reason="签发", at=AT)

    found = pdf.verify(unstamped, at=AT + timedelta(days=1))

    assert (found.is_stamped, found.signed_at) == (False, AT + timedelta(days=1))
    assert refusal(unstamped, AT + services.SIGNER_TERM) is Refusal.EXPIRED
    assert refusal(unstamped, AT - timedelta(days=1)) is Refusal.NOT_YET_VALID


def test_nothing_is_signed_without_its_stamp(page, settings):
    settings.TSA_URL = "http://127.0.0.1:9/"

    with pytest.raises(TimeStampFailed):
        pdf.sign(page, signer=services.signer_for("SCJG", at=AT), reason="签发", at=AT)


def test_nothing_is_signed_without_the_key(page):
    class Gone:
        def sign(self, data: bytes) -> bytes:
            raise KeyUnavailable("pulled out")

    held = services.signer_for("SCJG", at=AT)
    signer = services._KeySigner(held.key_id, held.chain, type(held.key).__new__(type(held.key)))
    object.__setattr__(signer, "key", Gone())
    Gone.algorithm = held.algorithm

    with pytest.raises(KeyUnavailable):
        pdf.sign(page, signer=signer, reason="签发", at=AT)

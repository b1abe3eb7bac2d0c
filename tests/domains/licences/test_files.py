"""The licence's file: one a state, signed, stamped, and recognised wherever it turns up again."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from domains.identity import cast
from domains.licences.library import decide, request
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, rules, selectors, services
from tongban.domains.licences.services import files
from tongban.domains.licences.types import FileRefusal, Licence, LicenceAction, LicenceStatus
from tongban.foundation.audit.models import Entry
from tongban.foundation.signing import pdf as signed_pdf
from tongban.foundation.signing import services as signing
from tongban.foundation.signing import tokens
from tongban.foundation.signing.types import Algorithm, KeyUnavailable, NoSigner, TimeStampFailed
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
AT = cast.NOW
LATER = AT + timedelta(days=10)


@pytest.fixture
def licence(holder: Subject) -> Licence:
    signing._known.clear()
    return services.issue(request(holder), actor=PLATFORM, at=AT)


def made(licence: Licence, at=AT):
    return services.sign_file(licence.number, actor=PLATFORM, at=at)


def refusal(content: bytes, at=AT) -> FileRefusal:
    before = (models.LicenceFile.objects.count(), Entry.objects.count())
    with pytest.raises(services.FileRefused) as refused:
        services.check_file(content, at=at)
    assert (models.LicenceFile.objects.count(), Entry.objects.count()) == before
    assert refused.value.sentence
    return refused.value.reason


def test_the_file_says_by_whom_and_how_the_licence_stands(licence):
    found = services.check_file(made(licence).pdf, at=LATER)

    assert (found.signer, found.signed_at, found.is_stamped, found.algorithm) == ("SCJG", AT, True, "ES256")
    assert found.licence is not None
    assert (found.licence.number, found.licence.name) == (licence.number, licence.name)
    assert (found.licence.status_then, found.licence.status_now) == (LicenceStatus.VALID, LicenceStatus.VALID)
    assert found.licence.is_newest


def test_it_is_a_pdf_a_with_the_data_inside(licence):
    pdf = made(licence).pdf

    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    data = json.loads(signed_pdf.attachment(pdf, rules.ATTACHMENT))
    assert data["number"] == licence.number
    assert data["holder"] == {"name": licence.holder_name}
    assert data["fields"] == dict(licence.fields)
    assert data["status"] == "VALID"


def test_the_data_file_beside_it_is_signed_with_sm2_and_checked_by_the_same_function(licence):
    beside = made(licence).signed_data

    found = services.check_file(beside, at=LATER)

    assert (found.signer, found.algorithm, found.is_stamped) == ("SCJG", "SM2", False)
    assert found.licence is not None
    assert found.licence.number == licence.number
    altered = beside.replace(licence.holder_name.encode(), "别家小馆".encode())
    assert altered != beside
    assert refusal(altered) is FileRefusal.ALTERED
    key = signing.signer_for("SCJG", algorithm=Algorithm.SM2, at=AT)
    signing.revoke(key.key_id, reason="停用", actor=PLATFORM, at=LATER)
    assert refusal(beside, LATER) is FileRefusal.REVOKED_SIGNER


def test_numbers_of_persons_are_masked_in_file_and_hash():
    fields = {"resident_id": "11010519491231002X", "name": "张三"}
    one = Licence(**dict.fromkeys(Licence.__slots__, "") | _values(fields))
    other = Licence(
        **dict.fromkeys(Licence.__slots__, "") | _values({**fields, "resident_id": "11010519800101002X"})
    )

    assert "1****************X" in rules.file_data(one, AT)
    assert rules.file_data(one, AT) == rules.file_data(other, AT)


def _values(fields):
    from datetime import date

    day = date(2026, 3, 2)
    return {
        "issued_on": day,
        "valid_from": day,
        "valid_to": None,
        "status": LicenceStatus.VALID,
        "fields": fields,
    }


def test_it_is_made_once_a_state(licence):
    first, again = made(licence), made(licence, LATER)

    assert first == again
    assert models.LicenceFile.objects.count() == 1
    assert Entry.objects.filter(action="SIGN_LICENCE_FILE").count() == 1

    decide(licence.number, LicenceAction.SUSPEND, at=LATER)
    suspended = made(licence, LATER)

    assert (suspended.status, suspended.signed_at) == (LicenceStatus.SUSPENDED, LATER)
    assert models.LicenceFile.objects.count() == 2


def test_an_older_file_is_genuine_but_says_that_the_licence_changed(licence):
    pdf = made(licence).pdf

    decide(licence.number, LicenceAction.REVOKE, at=LATER)

    found = services.check_file(pdf, at=LATER).licence
    assert found is not None
    assert (found.status_then, found.status_now, found.is_newest) == (
        LicenceStatus.VALID,
        LicenceStatus.REVOKED,
        False,
    )


@pytest.mark.parametrize("part", [0.001, 0.2, 0.5, 0.75, 0.97])
def test_an_altered_byte_is_found(licence, part):
    pdf = bytearray(made(licence).pdf)

    pdf[int(len(pdf) * part)] ^= 1

    assert refusal(bytes(pdf)) in (FileRefusal.ALTERED, FileRefusal.NOT_A_FILE)


def _appended(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_update_appended_after_the_signature_is_found(licence):
    def note(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Note"] = generic.pdf_string("note")
        writer.update_root()

    assert refusal(_appended(made(licence).pdf, note)) is FileRefusal.APPENDED


def test_a_swapped_attachment_is_found_and_named(licence):
    def swap(writer: IncrementalPdfFileWriter) -> None:
        specification = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
        data = specification["/EF"]["/F"].data.replace(b'"VALID"', b'"ANNUL"')
        specification["/EF"]["/F"] = writer.add_object(generic.StreamObject(stream_data=data))
        writer.update_container(specification)

    swapped = _appended(made(licence).pdf, swap)

    assert b"ANNUL" in signed_pdf.attachment(swapped, rules.ATTACHMENT)
    assert refusal(swapped) is FileRefusal.ATTACHMENT_SWAPPED


def test_data_that_the_library_never_had_is_refused_though_the_issuer_signed_it(licence):
    data = rules.file_data(licence, AT).replace(licence.holder_name, "别家小馆")
    rendered = files._render(licence, selectors.get_type(licence.licence_type), data)
    forged = signed_pdf.sign(rendered, signer=signing.signer_for("SCJG", at=AT), reason="", at=AT)

    assert refusal(forged) is FileRefusal.ATTACHMENT_SWAPPED


def test_another_department_signs_no_licence_of_this_one(licence):
    made(licence)
    data = rules.file_data(licence, AT)
    rendered = files._render(licence, selectors.get_type(licence.licence_type), data)
    forged = signed_pdf.sign(rendered, signer=signing.signer_for("GAJ", at=AT), reason="", at=AT)

    assert refusal(forged) is FileRefusal.OTHER_ISSUER


def test_a_licence_that_is_not_in_the_library_is_refused(licence):
    data = rules.file_data(licence, AT).replace(licence.number, "1.2.156.3005.2.9")
    rendered = files._render(licence, selectors.get_type(licence.licence_type), data)
    forged = signed_pdf.sign(rendered, signer=signing.signer_for("SCJG", at=AT), reason="", at=AT)

    assert refusal(forged) is FileRefusal.NOT_IN_LIBRARY


def test_a_revoked_signer_is_refused_and_the_next_download_is_signed_anew(licence):
    old = made(licence)
    key = signing.signer_for("SCJG", at=AT)

    signing.revoke(key.key_id, reason="私钥泄露", actor=PLATFORM, at=AT)

    assert refusal(old.pdf, LATER) is FileRefusal.REVOKED_SIGNER
    new = made(licence, LATER)
    assert services.check_file(new.pdf, at=LATER).key_id != key.key_id
    assert refusal(old.pdf, LATER) is FileRefusal.REVOKED_SIGNER


def test_an_expired_certificate_holds_by_its_time_stamp_only(licence, monkeypatch):
    stamped = made(licence).pdf
    much_later = AT + signing.SIGNER_TERM + timedelta(days=1)

    assert services.check_file(stamped, at=much_later).is_stamped
    beside = made(licence).signed_data
    assert refusal(beside, much_later) is FileRefusal.EXPIRED_CERTIFICATE


def test_a_foreign_signer_is_refused(licence):
    pdf = made(licence).pdf
    from tongban.foundation.signing.models import Certificate

    Certificate.objects.filter(owner="SCJG").delete()
    signing._known.clear()

    assert refusal(pdf) is FileRefusal.UNKNOWN_SIGNER


def test_a_time_stamping_authority_that_is_down_stops_the_issue_and_keeps_nothing(licence, settings):
    settings.TSA_URL = "http://127.0.0.1:9/"

    with pytest.raises(TimeStampFailed):
        made(licence)

    assert models.LicenceFile.objects.count() == 0
    settings.TSA_URL = None
    assert made(licence).status is LicenceStatus.VALID


def test_a_token_that_is_gone_stops_the_issue_and_keeps_nothing(licence, monkeypatch):
    def gone(_key: object, _data: bytes) -> bytes:
        raise KeyUnavailable("pulled out")

    signer = signing.signer_for("SCJG", at=AT)
    monkeypatch.setitem(
        signing._signers,
        signer.key_id,
        signing._KeySigner(signer.key_id, signer.chain, tokens.TokenKey("x", b"")),
    )
    monkeypatch.setattr(tokens.TokenKey, "sign", gone)

    with pytest.raises(KeyUnavailable):
        made(licence)

    assert models.LicenceFile.objects.count() == 0


def test_production_issues_nothing_without_a_certificate(licence, settings):
    settings.IS_PRODUCTION = True
    number = models.Licence.objects.get().number

    with pytest.raises(TimeStampFailed):
        made(licence)
    models.Licence.objects.update(issuer_id="GA")
    with pytest.raises(NoSigner):
        services.sign_file(number, actor=PLATFORM, at=AT)

    assert models.LicenceFile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", FileRefusal.NOT_A_FILE),
        (b"\x89PNG", FileRefusal.NOT_A_FILE),
        (b"[1]", FileRefusal.NOT_A_FILE),
        (b'{"form": "tongban-signed-data/1", "data": 1}', FileRefusal.NOT_A_FILE),
        (b"[" * 100_000, FileRefusal.NOT_A_FILE),
        (b'{"a": "' + b"x" * 300_000 + b'"}', FileRefusal.TOO_LARGE),
        (b"%PDF-1.7\n%%EOF\n", FileRefusal.UNSIGNED),
        (b"%PDF-1.7\n" + b"x" * 21_000_000, FileRefusal.TOO_LARGE),
    ],
)
def test_what_is_no_file_of_ours_is_refused(content, reason):
    assert refusal(content) is reason


def test_a_signed_paper_without_data_is_recognised_as_no_licence(licence, tmp_path):
    from tongban.foundation import papers

    template = tmp_path / "page.typ"
    template.write_text('#set document(title: "t")\n#set text(font: "Noto Sans SC", lang: "zh")\n决定书')
    paper = signed_pdf.sign(
        papers.render(template, {}), signer=signing.signer_for("SCJG", at=AT), reason="", at=AT
    )

    found = services.check_file(paper, at=AT)

    assert (found.signer, found.licence) == ("SCJG", None)

"""Drafts and uploads from the first field to submission or deletion."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from PIL import Image

from domains.eforms.elements import element
from domains.identity import cast
from tongban.domains.eforms import models, selectors, services
from tongban.domains.eforms.types import Answer, AttachmentStatus, Draft, Origin
from tongban.domains.messaging import selectors as messaging
from tongban.domains.standards import selectors as standards
from tongban.domains.standards import services as dictionary
from tongban.foundation.audit.models import Entry
from tongban.foundation.storage import services as storage
from tongban.foundation.storage import uploads
from tongban.kernel.actors import PLATFORM, Actor, ActorKind

pytestmark = pytest.mark.django_db
NOW = cast.NOW
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SLOT = "MT-CDSY:APPLICANT"
NAME_KEY = "APPLICANT.person.name"
FROM_REGISTER = Answer("张三", Origin.PREFILLED, "人口库", NOW, "张三")


@pytest.fixture(autouse=True)
def _dictionary(db: None) -> Any:
    standards.forget_dictionary()
    rows = [{"code": code, "name": code, "element_type": kind, "label": code} for code, kind in _ROWS.items()]
    blank = {name: getattr(element("x"), name) for name in ("question", "why", "help")}
    dictionary.load_dictionary([{**blank, **row} for row in rows], actor=PLATFORM, at=NOW)
    yield
    standards.forget_dictionary()


_ROWS = {"person.name": "text", "person.phone": "text", "premises.seats": "int"}


@pytest.fixture
def stranger() -> Actor:
    person = cast.li_si().subject
    return Actor(ActorKind.CITIZEN, uuid4(), "李四", subject_id=person.id, acting_for=person.id)


@pytest.fixture
def draft(zhang: Actor) -> Draft:
    return services.create_draft(
        purpose="OPEN_RESTAURANT",
        title="开办餐饮店",
        division="310115",
        facts={"shop.area_m2": 320, "food.tags": ("a", "b"), "food.raw": None},
        answers={NAME_KEY: FROM_REGISTER},
        parties={"APPLICANT": zhang.subject_id},
        actor=zhang,
        at=NOW,
    )


def refetch(draft: Draft) -> Draft:
    return selectors.get_draft(draft.id, draft.owner_id)


def attach(draft: Draft, actor: Actor, data: bytes = PDF, name: str = "合同.pdf", slot: str = SLOT) -> UUID:
    return services.attach(draft.id, slot, BytesIO(data), name, actor=actor, at=NOW).id


def test_a_draft_reads_back_as_it_was_begun(draft: Draft) -> None:
    found = refetch(draft)

    assert found == draft
    assert found.facts == {"shop.area_m2": 320, "food.tags": ("a", "b"), "food.raw": None}
    assert found.answers == {NAME_KEY: FROM_REGISTER}
    assert found.expires_at == NOW + timedelta(days=60)


def test_nothing_personal_lies_readable_in_the_table(draft: Draft, zhang: Actor) -> None:
    attach(draft, zhang, name="张三的合同.pdf")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.content || a.filename FROM eforms_draft d JOIN eforms_attachment a ON a.draft_id = d.id"
        )
        ((stored,),) = cursor.fetchall()
    assert "张三" not in stored


def test_an_account_that_stands_for_nobody_cannot_begin() -> None:
    with pytest.raises(services.NotBound):
        services.create_draft(
            purpose="P",
            title="T",
            division="310115",
            facts={},
            actor=Actor(ActorKind.CITIZEN, uuid4(), "新用户"),
            at=NOW,
        )

    assert models.Draft.objects.count() == 0


def test_a_strangers_draft_is_not_found(draft: Draft, stranger: Actor) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: selectors.get_draft(draft.id, stranger.subject_id or uuid4()),
        lambda: services.save_answers(draft.id, {}, revision=1, actor=stranger, at=NOW),
        lambda: attach(draft, stranger),
        lambda: services.discard_draft(draft.id, actor=stranger, at=NOW),
        lambda: services.close_draft(draft.id, actor=stranger, at=NOW),
    ]

    for attempt in attempts:
        with pytest.raises(selectors.DraftNotFound):
            attempt()
    assert refetch(draft) == draft


def test_saving_keeps_provenance_and_counts_revisions(draft: Draft, zhang: Actor) -> None:
    later = NOW + timedelta(days=3)

    saved = services.save_answers(
        draft.id, {NAME_KEY: "张叁", "PREMISES.premises.seats": "30"}, revision=1, actor=zhang, at=later
    )

    assert saved == refetch(draft)
    assert (saved.revision, saved.saved_at, saved.expires_at) == (2, later, later + timedelta(days=60))
    assert saved.answers[NAME_KEY].origin is Origin.CORRECTED
    assert saved.answers["PREMISES.premises.seats"] == Answer(30, Origin.TYPED)


def test_two_devices_do_not_overwrite_each_other(draft: Draft, zhang: Actor) -> None:
    services.save_answers(draft.id, {"HANDLER.person.phone": "1"}, revision=1, actor=zhang, at=NOW)

    with pytest.raises(services.StaleDraft):
        services.save_answers(draft.id, {"HANDLER.person.phone": "2"}, revision=1, actor=zhang, at=NOW)

    assert refetch(draft).answers["HANDLER.person.phone"].value == "1"


def test_a_submitted_draft_is_closed(draft: Draft, zhang: Actor) -> None:
    closed, is_first = services.close_draft(draft.id, actor=zhang, at=NOW)
    again = services.close_draft(draft.id, actor=zhang, at=NOW + timedelta(days=1))

    for attempt in (
        lambda: services.save_answers(draft.id, {}, revision=1, actor=zhang, at=NOW),
        lambda: attach(draft, zhang),
        lambda: services.discard_draft(draft.id, actor=zhang, at=NOW),
    ):
        with pytest.raises(services.AlreadySubmitted):
            attempt()
    assert selectors.list_drafts(draft.owner_id) == ()
    assert (closed, is_first) == (refetch(draft), True)
    assert again == (closed, False)
    assert refetch(draft).submitted_at == NOW


def test_an_upload_does_not_make_an_open_form_stale(draft: Draft, zhang: Actor) -> None:
    later = NOW + timedelta(days=1)

    services.attach(draft.id, SLOT, BytesIO(PDF), "a.pdf", actor=zhang, at=later)

    found = refetch(draft)
    assert found.revision == draft.revision
    assert found.expires_at == later + timedelta(days=60)
    assert [(one.filename, one.slot, one.status) for one in found.attachments] == [
        ("a.pdf", SLOT, AttachmentStatus.CLEAN)
    ]


def test_an_upload_is_opened_as_it_was_kept(draft: Draft, zhang: Actor) -> None:
    opened = selectors.open_attachment(attach(draft, zhang))

    assert opened.data == PDF
    assert opened.attachment.size == len(PDF)


def test_a_picture_has_a_thumbnail_for_its_owner_only(draft: Draft, zhang: Actor, stranger: Actor) -> None:
    picture = BytesIO()
    Image.new("RGB", (900, 600), "white").save(picture, format="PNG")

    upload = attach(draft, zhang, picture.getvalue(), "图.png")

    small = selectors.open_thumbnail(draft.id, upload, draft.owner_id)
    assert Image.open(BytesIO(small)).size == (320, 213)
    with pytest.raises(selectors.AttachmentNotFound):
        selectors.open_thumbnail(draft.id, upload, stranger.subject_id or uuid4())


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.pdf", "EMPTY"),
        (b"<html></html>", "a.pdf", "DISGUISED"),
        (PDF, "a.exe", "TYPE"),
        (PDF + b"0" * uploads.MAX_BYTES, "a.pdf", "TOO_LARGE"),
    ],
)
def test_a_refused_upload_leaves_the_draft_as_it_was(
    draft: Draft, zhang: Actor, data: bytes, name: str, code: str
) -> None:
    with pytest.raises(uploads.UploadRefused) as refused:
        attach(draft, zhang, data, name)

    assert refused.value.code == code
    assert refetch(draft) == draft


@pytest.mark.parametrize("slot", ["", "a b", "x" * 121, "材料"])
def test_a_slot_that_no_form_has_is_refused(draft: Draft, zhang: Actor, slot: str) -> None:
    with pytest.raises(uploads.UploadRefused) as refused:
        attach(draft, zhang, slot=slot)

    assert refused.value.code == "SLOT"
    assert refetch(draft) == draft


def test_the_same_file_twice_is_one_upload(draft: Draft, zhang: Actor) -> None:
    assert attach(draft, zhang) == attach(draft, zhang)
    assert len(refetch(draft).attachments) == 1


def test_a_slot_takes_ten_files(draft: Draft, zhang: Actor) -> None:
    for number in range(2, 12):
        attach(draft, zhang, PDF.replace(b"1 0 obj", b"%d 0 obj" % number))

    with pytest.raises(services.SlotFull):
        attach(draft, zhang)

    assert len(refetch(draft).attachments) == 10


def test_a_scanner_that_is_away_holds_the_file(
    draft: Draft, zhang: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "scan", lambda _data: uploads.Scan.UNREACHABLE)
    upload = attach(draft, zhang)
    assert services.rescan_held() == 0

    with pytest.raises(selectors.AttachmentNotFound):
        selectors.open_attachment(upload)
    monkeypatch.setattr(uploads, "scan", lambda _data: uploads.Scan.CLEAN)

    assert services.rescan_held() == 1
    assert selectors.open_attachment(upload).data == PDF
    assert services.rescan_held() == 0


def test_a_held_file_found_infected_is_refused(
    draft: Draft, zhang: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "scan", lambda _data: uploads.Scan.UNREACHABLE)
    attach(draft, zhang)
    monkeypatch.setattr(uploads, "scan", lambda _data: uploads.Scan.INFECTED)

    services.rescan_held()

    assert refetch(draft).attachments[0].status is AttachmentStatus.REFUSED
    with pytest.raises(uploads.UploadRefused):
        attach(draft, zhang, PDF + b"\n%%EOF")


def test_taking_a_file_off_deletes_it_unless_another_slot_has_it(
    draft: Draft, zhang: Actor, django_capture_on_commit_callbacks: Any
) -> None:
    one, other = attach(draft, zhang), attach(draft, zhang, slot="MT-OTHER:APPLICANT")
    key = models.Attachment.objects.get(pk=one).storage_key

    with django_capture_on_commit_callbacks(execute=True):
        services.detach(draft.id, one, actor=zhang, at=NOW)
    assert storage.read(key) == PDF
    with django_capture_on_commit_callbacks(execute=True):
        services.detach(draft.id, other, actor=zhang, at=NOW)

    with pytest.raises(storage.FileMissing):
        storage.read(key)
    assert refetch(draft).attachments == ()


def test_uploads_come_in_the_order_asked_for(draft: Draft, zhang: Actor) -> None:
    one, other = attach(draft, zhang), attach(draft, zhang, slot="MT-OTHER:APPLICANT")

    found = selectors.get_attachments((other, uuid4(), one))

    assert [upload.id for upload in found] == [other, one]


def test_a_discarded_draft_takes_its_files_along(
    draft: Draft, zhang: Actor, django_capture_on_commit_callbacks: Any
) -> None:
    key = models.Attachment.objects.get(pk=attach(draft, zhang)).storage_key

    with django_capture_on_commit_callbacks(execute=True):
        services.discard_draft(draft.id, actor=zhang, at=NOW)

    assert models.Draft.objects.count() == 0
    with pytest.raises(storage.FileMissing):
        storage.read(key)
    assert Entry.objects.filter(action="DISCARD_DRAFT", object_id=str(draft.id)).count() == 1


def test_a_draft_is_deleted_after_sixty_days_and_a_warning(draft: Draft) -> None:
    assert services.expire_drafts(at=NOW + timedelta(days=52)) == 0
    assert messaging.unread_count([draft.owner_id]) == 0

    services.expire_drafts(at=NOW + timedelta(days=53))
    services.expire_drafts(at=NOW + timedelta(days=54))
    (message,) = messaging.inbox([draft.owner_id])
    assert message.template == "DRAFT_EXPIRING"
    assert "7 天" in message.body

    assert services.expire_drafts(at=NOW + timedelta(days=60)) == 1
    assert models.Draft.objects.count() == 0


def test_a_worker_that_was_away_still_gives_the_full_week(draft: Draft) -> None:
    late = NOW + timedelta(days=90)

    assert services.expire_drafts(at=late) == 0
    assert services.expire_drafts(at=late + timedelta(days=6)) == 0
    assert services.expire_drafts(at=late + timedelta(days=7)) == 1


def test_saving_after_the_warning_keeps_the_draft(draft: Draft, zhang: Actor) -> None:
    services.expire_drafts(at=NOW + timedelta(days=55))
    services.save_answers(draft.id, {}, revision=1, actor=zhang, at=NOW + timedelta(days=56))

    assert services.expire_drafts(at=NOW + timedelta(days=70)) == 0
    assert refetch(draft).expires_at == NOW + timedelta(days=116)


def test_a_submitted_draft_never_expires(draft: Draft, zhang: Actor) -> None:
    services.close_draft(draft.id, actor=zhang, at=NOW)

    assert services.expire_drafts(at=NOW + timedelta(days=400)) == 0
    assert services.expire_drafts(at=NOW + timedelta(days=800)) == 0
    assert refetch(draft).submitted_at == NOW


def test_drafts_are_listed_with_the_same_queries_for_two_and_for_twenty(
    draft: Draft, zhang: Actor, django_assert_num_queries: Any
) -> None:
    for _number in range(19):
        services.create_draft(purpose="P", title="T", division="", facts={}, actor=zhang, at=NOW)

    with django_assert_num_queries(2):
        assert len(selectors.list_drafts(draft.owner_id)) == 20

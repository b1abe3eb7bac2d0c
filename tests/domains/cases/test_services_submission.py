"""Handing in: one transaction, one number, never doubled."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from domains.cases.city import (
    ANSWERS,
    FIRE,
    FOOD,
    RECEIVED_AT,
    WANG_MIN,
    Submit,
    Uploads,
    build_city,
    new_case,
    submission,
)
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import (
    Application,
    Case,
    CaseContent,
    ClockEvent,
    Consent,
    HistoryEntry,
    Paper,
)
from tongban.domains.cases.types import ApplicationReceipt, PaperKind, Status
from tongban.foundation.outbox.models import Message
from tongban.kernel.actors import PLATFORM, Actor, ActorKind


def test_one_number_and_one_case_an_item(submit: Submit) -> None:
    receipt = submit()

    assert receipt.number == "SQ20260302000001" or receipt.number.startswith("SQ20260302")
    assert [case.item_name for case in receipt.cases] == [FOOD.title, FIRE.title]
    assert receipt.was_repeat is False
    food = Case.objects.get(number=receipt.cases[0].number)
    assert food.number.startswith(f"{FOOD.item_code}20260302")
    assert len(food.number) == 43
    assert (food.status, food.due_on, food.amber_on) == (Status.RECEIVED, date(2026, 3, 9), date(2026, 3, 5))
    assert HistoryEntry.objects.count() == 2
    assert ClockEvent.objects.count() == 2
    assert Consent.objects.get().text_sha256 == "b" * 64


def test_the_receipt_lists_what_was_handed_over(submit: Submit, uploads: Uploads) -> None:
    plan = uploads.add("MT-m1")

    receipt = submit(new_case(FOOD, attachments=(plan,), deferred_materials=("m2",)))

    paper = Paper.objects.get(kind=PaperKind.RECEIPT)
    assert paper.number == receipt.number
    assert paper.content["rows"] == [
        {
            "label": "食品经营许可（示例）（示例区市场监督管理局）",
            "text": f"{receipt.cases[0].number}\n经营场所布局图（MT-m1.pdf）；食品安全制度目录（承诺后补）",
        }
    ]
    assert "收件不等于受理" in paper.content["paragraphs"][1]


def test_answers_come_back_with_their_provenance_and_are_not_stored_in_clear(submit: Submit) -> None:
    receipt = submit()

    dossier = selectors.get_dossier(receipt.cases[0].number, actor=WANG_MIN, at=RECEIVED_AT)
    assert dossier.answers == ANSWERS
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM cases_casecontent LIMIT 1")
        assert "91350100M000100Y43" not in cursor.fetchone()[0]


def test_the_same_key_and_body_give_the_same_receipt(submit: Submit) -> None:
    first = submit()

    second = submit()

    assert second == replace(first, was_repeat=True)
    assert Application.objects.count() == 1
    assert Case.objects.count() == 2


def test_the_same_key_with_another_body_is_refused(submit: Submit) -> None:
    submit()

    with pytest.raises(services.IdempotencyConflict):
        submit(body="c" * 64)

    assert Application.objects.count() == 1


def test_somebody_elses_key_is_not_found(submit: Submit, stranger: Actor) -> None:
    submit()
    assert stranger.subject_id is not None

    with pytest.raises(services.CaseNotFound):
        services.submit(submission(stranger.subject_id), actor=stranger, at=RECEIVED_AT)

    assert Application.objects.count() == 1


def test_nobody_submits_for_a_firm_she_does_not_act_for(firm: UUID, stranger: Actor) -> None:
    with pytest.raises(services.CaseNotFound):
        services.submit(submission(firm), actor=stranger, at=RECEIVED_AT)

    assert not Application.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing(
    firm: UUID, zhang_san: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misfit(_events: object) -> list[Message]:
        return [Message(subscriber="s" * 81, queue="q", payload={})]

    monkeypatch.setattr("tongban.foundation.outbox.services.rows_for", misfit)

    with pytest.raises(DataError), transaction.atomic():
        services.submit(submission(firm), actor=zhang_san, at=RECEIVED_AT)

    assert not Application.objects.exists()
    assert not Case.objects.exists()
    assert not CaseContent.objects.exists()


def test_statements_do_not_grow_with_the_cases(firm: UUID, zhang_san: Actor) -> None:
    services.submit(submission(firm, key="warm"), actor=zhang_san, at=RECEIVED_AT)
    counts = []
    for key, cases in (("one", (new_case(FOOD),)), ("two", (new_case(FOOD), new_case(FIRE)))):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.submit(submission(firm, *cases, key=key), actor=zhang_san, at=RECEIVED_AT)
        counts.append(len(queries))

    assert counts == [2, 2]  # the calendar, and all the rows


def test_an_item_whose_turn_has_come_joins_once(submit: Submit) -> None:
    application = submit(new_case(FOOD))

    first = services.add_case(application.application_id, new_case(FIRE), actor=PLATFORM, at=RECEIVED_AT)
    second = services.add_case(application.application_id, new_case(FIRE), actor=PLATFORM, at=RECEIVED_AT)

    assert first == second
    assert Case.objects.filter(application_id=application.application_id).count() == 2


def test_a_case_joins_no_unknown_application(firm: UUID) -> None:
    with pytest.raises(services.CaseNotFound):
        services.add_case(uuid4(), new_case(FIRE), actor=PLATFORM, at=RECEIVED_AT)


@pytest.mark.django_db(transaction=True)
def test_fifty_posts_of_one_key_make_one_application() -> None:
    firm = build_city()
    actor = Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=firm)

    def post(_nth: int) -> ApplicationReceipt:
        try:
            return services.submit(submission(firm), actor=actor, at=RECEIVED_AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(post, range(50)))

    assert len({receipt.number for receipt in receipts}) == 1
    assert sum(not receipt.was_repeat for receipt in receipts) == 1
    assert Case.objects.count() == 2

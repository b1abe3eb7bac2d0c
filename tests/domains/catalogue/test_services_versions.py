"""Editing and publishing: who may, two persons, the gate, and when a version takes effect."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from domains.catalogue import city
from tongban.domains.catalogue import models, rules, selectors, services
from tongban.domains.catalogue.services.versions import Frozen, SamePerson
from tongban.domains.catalogue.states import IllegalMove, Move, next_status
from tongban.domains.catalogue.types import Part, VersionStatus
from tongban.kernel.actors import Actor, ActorKind, Role

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


def officer(number: int, department: str) -> Actor:
    return Actor(
        ActorKind.OFFICER,
        UUID(int=number),
        "王敏",
        department=department,
        departments=frozenset({department}),
        roles=frozenset({Role.EDITOR, Role.PUBLISHER}),
    )


def power() -> models.Power:
    return models.Power.objects.get(basic_code=city.FOOD)


def editor(number: int = 1) -> Actor:
    return officer(number, power().department_id)


def drafted(**changes: object) -> tuple[UUID, Any]:
    """A draft of the substance with some fields changed, and what the checker said."""
    draft = services.draft_version(part=Part.SUBSTANCE, owner_id=power().pk, actor=editor(), at=city.NOW)
    document = {**models.PowerVersion.objects.get(pk=draft).document, **changes}
    findings = services.edit_version(
        part=Part.SUBSTANCE, version_id=draft, revision=1, document=document, actor=editor(), at=city.NOW
    )
    return draft, findings


def district() -> tuple[models.Implementation, Actor]:
    row = models.Implementation.objects.get(power__basic_code=city.FOOD, division=city.PUDONG)
    return row, officer(3, row.department_id)


def test_a_version_takes_effect_on_its_day_and_the_former_ends_there(small_city: None) -> None:
    draft, findings = drafted(summary="七月起的说法。")
    services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)

    services.publish_version(
        part=Part.SUBSTANCE, version_id=draft, effective_from=JULY, actor=editor(2), at=city.NOW
    )

    assert findings == ()
    before = selectors.get_guide(city.FOOD, city.PUDONG, JUNE).substance
    after = selectors.get_guide(city.FOOD, city.PUDONG, JULY).substance
    assert (before.version, after.version) == (1, 2)
    assert before.summary != after.summary == "七月起的说法。"


def test_whoever_submitted_does_not_publish(small_city: None) -> None:
    draft, _ = drafted(summary="新的说法。")
    services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)

    with pytest.raises(SamePerson):
        services.publish_version(
            part=Part.SUBSTANCE, version_id=draft, effective_from=JULY, actor=editor(), at=city.NOW
        )

    assert models.PowerVersion.objects.get(pk=draft).status == VersionStatus.IN_REVIEW


def test_the_database_itself_asks_for_two_persons(small_city: None) -> None:
    draft, _ = drafted(summary="新的说法。")
    rows = models.PowerVersion.objects.filter(pk=draft)

    with pytest.raises(IntegrityError, match="power_version_two_persons"), transaction.atomic():
        rows.update(submitted_by=UUID(int=1), published_by=UUID(int=1))


def test_the_gate_names_the_hard_rule_that_keeps_it_closed(small_city: None) -> None:
    draft, findings = drafted(summary="提交其他材料。")

    with pytest.raises(services.GateClosed) as closed:
        services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)

    assert [one.rule for one in findings] == ["NO_CATCH_ALL"]
    assert [one.rule for one in closed.value.findings] == ["NO_CATCH_ALL"]
    assert models.PowerVersion.objects.get(pk=draft).status == VersionStatus.DRAFT


def test_the_gate_looks_at_the_promise_of_every_district(small_city: None) -> None:
    row, _ = district()
    longest = {**row.versions.get().document, "promised_days": 9}
    longest["steps"] = [{**step, "days": 9 if step["days"] == 3 else 0} for step in longest["steps"]]
    row.versions.update(status=VersionStatus.RETIRED)
    row.versions.create(
        number=2,
        status=VersionStatus.PUBLISHED,
        document=longest,
        effective_from=city.NOW.date(),
        published_at=city.NOW,
    )

    draft, findings = drafted(statutory_days=8)

    assert [(one.rule, one.text) for one in findings] == [
        ("PROMISE_WITHIN_STATUTE", "承诺 9 个工作日，法定 8 个工作日")
    ]
    with pytest.raises(services.GateClosed):
        services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)


def test_no_case_can_cite_what_is_not_published(small_city: None) -> None:
    draft, _ = drafted(summary="还没有发布。")
    procedure = district()[0].versions.get()

    with pytest.raises(selectors.ItemNotFound):
        selectors.get_guide_by_versions(draft, procedure.pk)


def test_a_word_that_found_nothing_becomes_a_name_of_the_item(small_city: None) -> None:
    services.note_zero_hit("开铺子卖吃的", at=city.NOW)
    (missed,) = selectors.zero_hits()
    draft = services.add_alias(power_id=power().pk, alias=missed.query, actor=editor(), at=city.NOW)
    again = services.add_alias(power_id=power().pk, alias=missed.query, actor=editor(), at=city.NOW)
    services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)

    services.publish_version(
        part=Part.SUBSTANCE,
        version_id=draft,
        effective_from=city.NOW.date(),
        actor=editor(2),
        at=city.NOW,
    )

    assert again == draft
    assert selectors.search("开铺子卖吃的").hits[0].code == city.FOOD
    assert selectors.zero_hits() == ()


def test_another_department_adds_no_word(small_city: None) -> None:
    with pytest.raises(services.NotYours):
        services.add_alias(power_id=power().pk, alias="开铺子", actor=officer(9, "NO-SUCH"), at=city.NOW)


def test_a_returned_draft_says_why_until_it_is_submitted_again(small_city: None) -> None:
    draft, _ = drafted(summary="新的说法。")
    rows = models.PowerVersion.objects.filter(pk=draft).values_list("status", "return_reason")
    services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)

    services.return_version(
        part=Part.SUBSTANCE, version_id=draft, reason=" 简介写得不清楚。", actor=editor(2), at=city.NOW
    )

    assert rows.get() == (VersionStatus.DRAFT, "简介写得不清楚。")
    services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)
    assert rows.get() == (VersionStatus.IN_REVIEW, "")


def test_nothing_is_returned_without_a_reason(small_city: None) -> None:
    draft, _ = drafted(summary="新的说法。")
    services.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=editor(), at=city.NOW)

    with pytest.raises(services.ReasonMissing):
        services.return_version(
            part=Part.SUBSTANCE, version_id=draft, reason="  ", actor=editor(2), at=city.NOW
        )

    assert models.PowerVersion.objects.get(pk=draft).status == VersionStatus.IN_REVIEW


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "另一个名称"),
        ("basic_code", "310131009001"),
        ("legal_basis", []),
        ("statutory_days", 9),
        ("materials", []),
    ],
)
def test_a_district_does_not_change_the_substance(small_city: None, field: str, value: object) -> None:
    row, actor = district()
    draft = services.draft_version(part=Part.PROCEDURE, owner_id=row.pk, actor=actor, at=city.NOW)
    document = models.ImplementationVersion.objects.get(pk=draft).document

    with pytest.raises(services.NotYours, match=field):
        services.edit_version(
            part=Part.PROCEDURE,
            version_id=draft,
            revision=1,
            document={**document, field: value},
            actor=actor,
            at=city.NOW,
        )

    assert models.ImplementationVersion.objects.get(pk=draft).document == document


def test_a_district_changes_its_own_procedure_alone_and_a_later_import_leaves_it(small_city: None) -> None:
    row, actor = district()
    draft = services.draft_version(part=Part.PROCEDURE, owner_id=row.pk, actor=actor, at=city.NOW)
    document = models.ImplementationVersion.objects.get(pk=draft).document
    changed = {**document, "visits": 1, "visits_reason": "核对原件。"}
    services.edit_version(
        part=Part.PROCEDURE, version_id=draft, revision=1, document=changed, actor=actor, at=city.NOW
    )
    services.submit_version(part=Part.PROCEDURE, version_id=draft, actor=actor, at=city.NOW)

    services.publish_version(
        part=Part.PROCEDURE,
        version_id=draft,
        effective_from=JULY,
        actor=officer(4, row.department_id),
        at=city.NOW,
    )

    assert selectors.get_guide(city.FOOD, city.PUDONG, JULY).procedure.visits == 1
    assert selectors.get_guide(city.FOOD, city.PUDONG, JUNE).procedure.visits == document["visits"]
    assert selectors.get_guide(city.FOOD, city.HUANGPU, JULY).procedure.visits == document["visits"]
    assert (
        services.import_guides(city.guides(city.FOOD, "310131002001"), actor=actor, at=city.NOW).unchanged
        == 2
    )


def test_another_department_and_another_district_are_refused(small_city: None) -> None:
    row, _ = district()

    with pytest.raises(services.NotYours):
        services.draft_version(
            part=Part.SUBSTANCE, owner_id=power().pk, actor=officer(9, "NO-SUCH"), at=city.NOW
        )
    with pytest.raises(services.NotYours):
        services.draft_version(part=Part.PROCEDURE, owner_id=row.pk, actor=editor(), at=city.NOW)

    assert not models.PowerVersion.objects.filter(status=VersionStatus.DRAFT).exists()


@pytest.mark.parametrize(("field", "value"), [("basic_code", "310131009001"), ("kind", "07")])
def test_code_and_kind_never_change_between_versions(small_city: None, field: str, value: str) -> None:
    with pytest.raises(services.NotYours, match=field):
        drafted(**{field: value})


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(small_city: None) -> None:
    draft, _ = drafted(summary="第一个人的说法。")
    document = models.PowerVersion.objects.get(pk=draft).document

    with pytest.raises(services.StaleVersion):
        services.edit_version(
            part=Part.SUBSTANCE,
            version_id=draft,
            revision=1,
            document={**document, "summary": "第二个人的说法。"},
            actor=editor(2),
            at=city.NOW,
        )

    assert models.PowerVersion.objects.get(pk=draft).document["summary"] == "第一个人的说法。"


def test_a_published_version_is_not_edited(small_city: None) -> None:
    version = power().versions.get()

    with pytest.raises(Frozen):
        services.edit_version(
            part=Part.SUBSTANCE,
            version_id=version.pk,
            revision=1,
            document=version.document,
            actor=editor(),
            at=city.NOW,
        )


def test_every_move_but_those_of_the_table_is_refused() -> None:
    allowed = {(VersionStatus.DRAFT, Move.SUBMIT), (VersionStatus.IN_REVIEW, Move.RETURN),
               (VersionStatus.IN_REVIEW, Move.PUBLISH), (VersionStatus.PUBLISHED, Move.RETIRE)}  # fmt: skip

    for status in VersionStatus:
        for move in Move:
            if (status, move) not in allowed:
                with pytest.raises(IllegalMove, match=f"{move} is not a move from {status}"):
                    next_status(status, move)


def test_guide_and_manual_are_of_one_version_and_do_not_contradict(small_city: None) -> None:
    for guide in selectors.list_guides(city.PUDONG, JUNE):
        manual = selectors.get_manual(guide)

        shown = [one.point for one in (*manual.acceptance, *manual.examination)]
        assert manual.guide is guide
        assert sorted(one.code for one in shown) == sorted(one.code for one in guide.substance.points)
        assert all(one.plain for one in shown)
        assert all(one.basis for one in (*manual.acceptance, *manual.examination) if one.point.basis)


def test_an_item_of_the_city_is_found_from_a_street_and_an_unknown_one_nowhere(small_city: None) -> None:
    guide = selectors.get_guide(city.FUND, city.STREET, JUNE)

    assert guide.procedure.division == city.CITY
    with pytest.raises(selectors.ItemNotFound):
        selectors.get_guide("310000000000", city.STREET, JUNE)
    with pytest.raises(selectors.ItemNotFound):
        selectors.get_guide(city.FUND, "511602", JUNE)


def test_what_is_joined_is_derived_from_the_published_document(small_city: None) -> None:
    version = power().versions.get()
    document = rules.read_substance(version.document)

    assert sorted(version.material_uses.values_list("code", flat=True)) == sorted(
        one.code for one in document.materials
    )
    assert version.basis_uses.count() == len(document.legal_basis)
    assert version.element_uses.count() == len({(one.element, one.role) for one in document.form})

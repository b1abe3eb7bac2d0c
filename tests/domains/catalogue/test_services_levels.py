"""Levels, ends and previews: who else may carry a power out, when it ends, and how a draft will look."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domains.catalogue import city
from domains.identity import cast
from tongban.domains.catalogue import models, rules, selectors, services
from tongban.domains.catalogue.selectors import ItemNotFound, VersionView
from tongban.domains.catalogue.types import Part
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor, Role

TODAY = date(2026, 3, 2)
NOW = city.NOW


@pytest.fixture
def editor(small_city: None) -> Actor:
    return cast.officer("wangmin", "王敏", "SCJG", Role.EDITOR)


@pytest.fixture
def publisher(small_city: None) -> Actor:
    return cast.officer("zhaoliu", "赵六", "SCJG", Role.PUBLISHER)


def power() -> models.Power:
    return models.Power.objects.get(basic_code=city.FOOD)


def version(version_id: UUID) -> VersionView:
    return selectors.get_substance_version(version_id, ["SCJG"])


def edit(version_id: UUID, actor: Actor, **changes: Any) -> None:
    shown = version(version_id)
    services.edit_version(
        part=Part.SUBSTANCE,
        version_id=version_id,
        revision=shown.revision,
        document={**shown.document, **changes},
        actor=actor,
        at=NOW,
    )


def submitted(actor: Actor) -> UUID:
    version_id = services.draft_version(part=Part.SUBSTANCE, owner_id=power().pk, actor=actor, at=NOW)
    edit(version_id, actor, summary="新的说法。")
    services.submit_version(part=Part.SUBSTANCE, version_id=version_id, actor=actor, at=NOW)
    return version_id


def test_what_is_under_review_is_not_edited(editor: Actor) -> None:
    version_id = submitted(editor)

    with pytest.raises(services.UnderReview):
        edit(version_id, editor, summary="偷偷改掉。")

    assert version(version_id).document["summary"] == "新的说法。"


def test_a_version_does_not_take_effect_on_a_day_that_is_over(editor: Actor, publisher: Actor) -> None:
    version_id = submitted(editor)

    with pytest.raises(services.TooEarly):
        services.publish_version(
            part=Part.SUBSTANCE,
            version_id=version_id,
            effective_from=TODAY - timedelta(days=1),
            actor=publisher,
            at=NOW,
        )

    assert version(version_id).status == "IN_REVIEW"
    assert selectors.get_guide(city.FOOD, city.PUDONG, TODAY).substance.version == 1


def test_each_step_of_a_version_is_recorded(editor: Actor, publisher: Actor) -> None:
    version_id = submitted(editor)
    services.publish_version(
        part=Part.SUBSTANCE, version_id=version_id, effective_from=TODAY, actor=publisher, at=NOW
    )

    rows = Entry.objects.filter(object_id=str(version_id)).order_by("id")

    assert list(rows.values_list("action", flat=True)) == [
        "DRAFT_SUBSTANCE",
        "EDIT_SUBSTANCE",
        "SUBMIT_VERSION",
        "PUBLISH_VERSION",
    ]


def test_the_same_power_at_four_levels_has_one_substance(empty_city: None) -> None:
    city.import_all(city.FUND)
    item = models.Power.objects.get(basic_code=city.FUND)
    city.department(901, "GJJ-31", "示例省公积金中心", "31", "2")
    city.department(902, "GJJ-310115007", "示例街道公积金服务站", city.STREET, "5")
    city.department(903, "GJJ-310115", "浦东新区示例公积金中心", city.PUDONG, "4")
    bodies = ("GJJ-31", "GJJ-310115", "GJJ-310115007")
    for code in bodies:
        services.add_implementation(power_id=item.pk, department=code, actor=PLATFORM, at=NOW)
        services.add_implementation(power_id=item.pk, department=code, actor=PLATFORM, at=NOW)

    places = ("31", city.CITY, city.PUDONG, city.STREET)
    guides = [selectors.get_guide(city.FUND, place, TODAY) for place in places]

    assert [one.procedure.department.code for one in guides] == [
        "GJJ-31",
        "GJJ",
        "GJJ-310115",
        "GJJ-310115007",
    ]
    assert [one.procedure.level.value for one in guides] == ["2", "3", "4", "5"]
    assert [one.item_code[-13:] for one in guides] == [f"{level}{city.FUND}" for level in "2345"]
    assert all(one.substance == guides[0].substance for one in guides)
    listed = selectors.list_guides(city.STREET, TODAY)
    assert [one.procedure.department.code for one in listed] == ["GJJ-310115007"]


def test_a_district_does_not_add_a_body(small_city: None) -> None:
    district = cast.officer("sunqi", "孙七", "SCJG-310115", Role.EDITOR)
    before = models.Implementation.objects.count()

    with pytest.raises(services.NotYours):
        services.add_implementation(power_id=power().pk, department="GA", actor=district, at=NOW)

    assert models.Implementation.objects.count() == before


def test_an_item_that_ends_is_offered_no_more_but_stays_readable(publisher: Actor) -> None:
    guide = selectors.get_guide(city.FOOD, city.PUDONG, TODAY)

    services.end_item(power_id=power().pk, effective_to=date(2026, 7, 1), actor=publisher, at=NOW)

    assert selectors.get_guide(city.FOOD, city.PUDONG, date(2026, 6, 30)) == guide
    with pytest.raises(ItemNotFound):
        selectors.get_guide(city.FOOD, city.PUDONG, date(2026, 7, 1))
    again = selectors.get_guide_by_versions(guide.substance.version_id, guide.procedure.version_id)
    assert again == guide
    assert not models.SearchEntry.objects.filter(code=city.FOOD).exists()


def test_the_changes_in_words_while_the_guide_in_force_stays(editor: Actor) -> None:
    version_id = services.draft_version(part=Part.SUBSTANCE, owner_id=power().pk, actor=editor, at=NOW)
    materials = version(version_id).document["materials"]
    added = {**materials[-1], "code": "m99", "name": "店铺照片"}
    edit(version_id, editor, summary="新简介。", statutory_days=15, materials=[*materials, added])

    draft = version(version_id)
    sentences = rules.describe_changes(draft.published or {}, draft.document)

    assert draft.guide.summary == "新简介。"
    assert selectors.get_guide(city.FOOD, city.PUDONG, TODAY).substance.summary != "新简介。"
    assert len(sentences) == 3
    assert "材料：增加“店铺照片”。" in sentences
    assert f"法定时限：由“{city.guide()['statutory_days']}”改为“15”。" in sentences


def test_a_procedures_draft_shows_the_substance_in_force(small_city: None) -> None:
    district = cast.officer("sunqi", "孙七", "SCJG-310115", Role.EDITOR)
    body = models.Implementation.objects.get(power=power(), division=city.PUDONG)
    version_id = services.draft_version(part=Part.PROCEDURE, owner_id=body.pk, actor=district, at=NOW)
    shown = selectors.get_procedure_version(version_id, ["SCJG-310115"])
    services.edit_version(
        part=Part.PROCEDURE,
        version_id=version_id,
        revision=shown.revision,
        document={**shown.document, "enquiry_phone": "021-58880000"},
        actor=district,
        at=NOW,
    )

    shown = selectors.get_procedure_version(version_id, ["SCJG-310115"])

    in_force = selectors.get_guide(city.FOOD, city.PUDONG, TODAY)
    assert shown.guide.procedure.enquiry_phone == "021-58880000"
    assert shown.guide.summary == in_force.substance.summary
    assert rules.describe_changes(shown.published or {}, shown.document) == (
        "咨询电话：由“无”改为“021-58880000”。",
    )


def test_editors_see_what_is_theirs(editor: Actor, django_assert_num_queries: Any) -> None:
    version_id = services.draft_version(part=Part.SUBSTANCE, owner_id=power().pk, actor=editor, at=NOW)

    with django_assert_num_queries(2):
        ours = selectors.list_substances(["SCJG"])
    with django_assert_num_queries(2):
        theirs = selectors.list_procedures(["SCJG-310115"])

    assert [(one.basic_code, one.version_id == version_id, one.status) for one in ours] == [
        (city.FOOD, True, "DRAFT"),
        ("310131002001", False, "PUBLISHED"),
    ]
    assert [one.basic_code for one in theirs] == [city.FOOD, "310131002001"]
    assert selectors.list_substances(["SCJG-310115"]) == ()


def test_a_version_of_others_or_of_nobody_is_not_found(editor: Actor) -> None:
    version_id = services.draft_version(part=Part.SUBSTANCE, owner_id=power().pk, actor=editor, at=NOW)

    with pytest.raises(ItemNotFound):
        selectors.get_substance_version(version_id, ["GA"])
    with pytest.raises(ItemNotFound):
        selectors.get_procedure_version(UUID(int=1), ["SCJG-310115"])
    with pytest.raises(ItemNotFound):
        services.submit_version(part=Part.SUBSTANCE, version_id=UUID(int=1), actor=PLATFORM, at=NOW)

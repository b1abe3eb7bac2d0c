"""同标准办理: what the same application would meet in two districts."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from domains.catalogue import city
from domains.identity import cast
from domains.lifeevents.city import BIG_SHOP
from tongban.domains.catalogue import models, rules, selectors, services
from tongban.domains.catalogue.types import Part
from tongban.domains.lifeevents import services as lifeevents
from tongban.kernel.actors import Role

TODAY = city.NOW.date()


def compare(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("catalogue_compare", city.HUANGPU, city.PUDONG, *options, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def shorten_the_promise() -> None:
    """浦东 promises the food licence in four days instead of five."""
    body = models.Implementation.objects.get(power__basic_code=city.FOOD, division=city.PUDONG)
    editor = cast.officer("sunqi", "孙七", body.department_id, Role.EDITOR)
    publisher = cast.officer("zhouba", "周八", body.department_id, Role.PUBLISHER)
    version = services.draft_version(part=Part.PROCEDURE, owner_id=body.pk, actor=editor, at=city.NOW)
    document = models.ImplementationVersion.objects.get(pk=version).document
    steps = [{**step, "days": 2 if step["days"] == 3 else step["days"]} for step in document["steps"]]
    services.edit_version(
        part=Part.PROCEDURE,
        version_id=version,
        revision=1,
        document={**document, "promised_days": 4, "steps": steps},
        actor=editor,
        at=city.NOW,
    )
    services.submit_version(part=Part.PROCEDURE, version_id=version, actor=editor, at=city.NOW)
    services.publish_version(
        part=Part.PROCEDURE, version_id=version, effective_from=TODAY, actor=publisher, at=city.NOW
    )


def test_every_item_is_handled_alike_in_two_districts(whole_city: None) -> None:
    here, there = (selectors.list_guides(place, TODAY) for place in (city.HUANGPU, city.PUDONG))

    assert len(here) == len(there) == len(city.guides())
    assert {one.procedure.division for one in here} != {one.procedure.division for one in there}
    assert list(rules.differences(here, there)) == []
    assert compare() == (0, f"{len(here)} and {len(there)} guides: 0 differences\n")


@pytest.mark.usefixtures("small_city")
def test_a_shorter_promise_of_one_district_is_named() -> None:
    shorten_the_promise()

    status, report = compare("--json")

    found = {one["field"]: one for one in json.loads(report)}
    assert status == 1
    assert found.keys() == {"promised_days", "steps"}
    assert found["promised_days"]["item"] == city.FOOD
    assert found["promised_days"]["sentence"] == "承诺时限：5；4。"
    assert "审查 3 天" in found["steps"]["sentence"]


@pytest.mark.usefixtures("small_city")
def test_an_item_of_one_district_only_is_named() -> None:
    here = selectors.list_guides(city.HUANGPU, TODAY)

    (found,) = rules.differences(here, here[1:])

    assert (found.item, found.sentence) == (here[0].substance.basic_code, "只有一个区办理。")


def met_in(division: str) -> tuple[object, ...]:
    """All that an applicant with these facts meets there."""
    facts = {**BIG_SHOP, "entity.scope_has_catering": True}
    plan = lifeevents.plan("OPEN_RESTAURANT", division, facts, actor=None, at=city.NOW)
    items = [
        (one.guide.substance, one.state, one.situation, one.starts_on_day, one.ends_on_day)
        for one in plan.items
    ]
    # In whose name a register is asked differs, and nothing that an applicant sees.
    materials = [
        (one.guide.title, verdict.material, verdict.ask, verdict.rule, verdict.source)
        for one in plan.items
        for verdict in one.materials
    ]
    to_bring = [verdict.material for verdict in plan.to_bring]
    return items, materials, to_bring, plan.form, plan.totals, plan.promised_days, plan.statutory_days


@pytest.mark.usefixtures("whole_city")
def test_the_same_restaurant_meets_the_same_in_two_districts() -> None:
    assert met_in(city.HUANGPU) == met_in(city.PUDONG)

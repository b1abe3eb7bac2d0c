"""Make the city of a release that later releases must be able to take over: run in that release's tree, in an empty home.

    TONGBAN_HOME=… PYTHONPATH=src:tests python THIS_FILE city-VERSION.json
    TONGBAN_HOME=… tongban db backup city-VERSION.backup

It goes through the doors and services of the release it runs in. What it leaves behind is told in the JSON file. All people in it are 示例;
their numbers are computed and sealed with the fixed keys of development.
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from sites import city as cities  # noqa: E402 - Django is set up first
from sites.portal import walk  # noqa: E402
from sites.settling import settle  # noqa: E402
from tongban.domains.cases import selectors as cases  # noqa: E402
from tongban.domains.cases import services as handling  # noqa: E402
from tongban.domains.cases.types import TickMark  # noqa: E402
from tongban.domains.catalogue import selectors as catalogue  # noqa: E402
from tongban.foundation.audit import services as audit  # noqa: E402
from tongban.foundation.outbox import services as outbox  # noqa: E402
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role  # noqa: E402

FOOD_OFFICE = "SCJG-310115"


def main(target: Path) -> None:
    city, browser = settle()
    application = walk.hand_in(browser, walk.complete(browser))
    _deliver()
    (food,) = [one.number for one in _timeline(application) if one.item_name.startswith("食品经营许可")]
    _grant(food, city)
    _deliver()
    draft = walk.begin(browser)
    walk.fill(browser, draft)
    while audit.seal():
        pass
    left = {
        "applicant": str(city.subjects["xiaoguan"]),
        "application": application,
        "cases": {one.number: one.status.value for one in _timeline(application)},
        "licences": [number for one in _timeline(application) for number in one.licences],
        "draft": draft,
        "typed": walk.TYPED["PREMISES.premises.name"],
        "audit_entries": audit.verify().sealed,
    }
    target.write_text(json.dumps(left, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _timeline(application: str):
    return cases.get_timeline(application, actor=PLATFORM).cases


def _grant(number: str, city: cities.City) -> None:
    acting = Actor(
        kind=ActorKind.OFFICER,
        account_id=city.accounts["wangmin"],
        name="王敏",
        department=FOOD_OFFICE,
        division=cities.DISTRICT,
        departments=frozenset({FOOD_OFFICE}),
        roles=frozenset(Role),
    )
    dossier = cases.get_dossier(number, actor=acting, at=cities.NOW)
    guide = catalogue.get_guide_by_versions(dossier.substance_version_id, dossier.procedure_version_id)
    marks = tuple(TickMark(point.code, True) for point in guide.substance.points)
    common = {"case_number": number, "actor": acting, "at": cities.NOW}
    revision = handling.accept_case(revision=dossier.revision, **common).revision
    revision = handling.tick_points(revision=revision, marks=marks, **common).revision
    revision = handling.finish_examination(revision=revision, **common).revision
    handling.grant(revision=revision, result_fields={}, **common)


def _deliver() -> None:
    while outbox.deliver_alone():
        pass


main(Path(sys.argv[1]))

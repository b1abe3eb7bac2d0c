"""The law changes on a day: what was accepted before finishes under the former version, what comes later begins under the new one."""

from datetime import timedelta

import pytest
from django.test import Client

from sites.city import NOW, City
from sites.portal import walk
from sites.portal.test_following import FOOD, case_of, grant, officer
from tongban.domains.cases import selectors as cases
from tongban.domains.cases.models import Case, Paper
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services as cataloguing
from tongban.domains.catalogue.models import Power, PowerVersion
from tongban.domains.catalogue.selectors import guides as kept
from tongban.domains.catalogue.types import Part
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM
from tongban.kernel.instants import shanghai_date
from tongban.sites.shared.visitors import STORE

CODE = "310131001001"
LATER = NOW + timedelta(days=2)


@pytest.fixture
def accepted(zhang_san: Client, city: City) -> str:
    """Number of a case that came in before the change."""
    number = walk.hand_in(zhang_san, walk.complete(zhang_san))
    yield case_of(city, number).number
    kept.forget_guides()


def change_the_law() -> None:
    """From tomorrow the list of rules and regulations (m4) is no longer wanted and the limit is eight days."""
    power = Power.objects.get(basic_code=CODE)
    draft = cataloguing.draft_version(part=Part.SUBSTANCE, owner_id=power.pk, actor=PLATFORM, at=NOW)
    document = PowerVersion.objects.get(pk=draft).document
    without = {
        **document,
        "statutory_days": 8,
        "materials": [one for one in document["materials"] if one["code"] != "m4"],
        "conditions": [
            {**one, "evidence": [code for code in one["evidence"] if code != "m4"]}
            for one in document["conditions"]
        ],
        "points": [one for one in document["points"] if one["material"] != "m4"],
    }
    cataloguing.edit_version(
        part=Part.SUBSTANCE, version_id=draft, revision=1, document=without, actor=PLATFORM, at=NOW
    )
    cataloguing.submit_version(part=Part.SUBSTANCE, version_id=draft, actor=PLATFORM, at=NOW)
    cataloguing.publish_version(
        part=Part.SUBSTANCE,
        version_id=draft,
        effective_from=shanghai_date(NOW) + timedelta(days=1),
        actor=PLATFORM,
        at=NOW,
    )


def test_a_case_finishes_under_its_version_while_the_guide_has_the_new_one(
    accepted: str, zhang_san: Client, city: City
) -> None:
    change_the_law()

    with clock.standing_at(LATER):
        STORE.clear()
        public = Client().get(f"/guide/310115/{CODE}/").content.decode()
        dossier = cases.get_dossier(accepted, actor=officer("SCJG-310115", city), at=LATER)
        grant(city, case_of(city, dossier.application_number))
        newer = case_of(city, walk.hand_in(zhang_san, walk.complete(zhang_san))).number

    guide = catalogue.get_guide_by_versions(dossier.substance_version_id, dossier.procedure_version_id)
    former, later = Case.objects.get(number=accepted), Case.objects.get(number=newer)
    assert "法定 8 个工作日" in public
    assert '<span class="material__name">食品安全规章制度目录清单</span>' not in public
    assert (guide.substance.version, guide.substance.statutory_days) == (1, 10)
    assert "m4" in [one.code for one in guide.substance.materials]
    assert (former.statutory_days, later.statutory_days) == (10, 8)
    decision = Paper.objects.get(case=former, title__contains="准予")
    assert f"基本编码{CODE}，第1版" in "".join(decision.content["paragraphs"])
    assert later.substance_version_id != former.substance_version_id
    assert guide.title == FOOD

"""Every check a machine can make decides for the answers that its item's own form asks for."""

import json
from pathlib import Path
from typing import Any

import pytest

from domains.catalogue.city import background
from tongban import demo
from tongban.domains.cases.rules.examination import answer_fields, machine_verdict
from tongban.domains.catalogue.rules import read_guide
from tongban.domains.catalogue.types import ExaminationPoint, GuideDocument
from tongban.domains.eforms.types import Answer, Origin

GUIDES = sorted((Path(demo.__file__).parent / "data" / "guides").glob("*.json"))
OUTCOMES = {
    "MATTER.entity.capital_fen": (200_000_000, 199_999_999),
    "MATTER.leisure.school_distance_m": (200, 199),
    "PREMISES.tobacco.school_distance_m": (100, 99),
    "ENTERPRISE.entity.has_social_arrears": (False, True),
    "ENTERPRISE.entity.has_unpaid_tax": (False, True),
    "MATTER.tax.invoices_returned": (True, False),
}
"""By answer, a value that passes its check and one that fails."""


def checked_points() -> list[tuple[GuideDocument, ExaminationPoint]]:
    guides = [read_guide(json.loads(path.read_text())) for path in GUIDES]
    return [(guide, point) for guide in guides for point in guide.points if point.check is not None]


CHECKED = checked_points()


def test_every_check_is_among_those_tried() -> None:
    names: list[Any] = [point.check["field"] for _guide, point in CHECKED if point.check]

    assert sorted(names) == sorted(OUTCOMES)


@pytest.mark.parametrize(
    ("guide", "point"), CHECKED, ids=[f"{guide.basic_code}-{point.code}" for guide, point in CHECKED]
)
def test_a_check_decides_by_the_answer(guide: GuideDocument, point: ExaminationPoint) -> None:
    assert point.check is not None
    key = str(point.check["field"])
    fields = answer_fields(guide.form, background().fields)
    passing, failing = OUTCOMES[key]

    def verdict(value: object) -> bool | None:
        return machine_verdict(point, {key: Answer(value, Origin.TYPED)}, fields)

    assert [verdict(passing), verdict(failing), verdict(None)] == [True, False, None]
    assert machine_verdict(point, {}, fields) is None
    assert verdict("nobody knows") is None

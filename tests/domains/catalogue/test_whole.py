"""A whole catalogue as one file, with what its guides rest on."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from domains.catalogue import city
from tongban.domains.catalogue import models, selectors, services
from tongban.domains.directory import selectors as directory
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import PLATFORM
from tongban.kernel.errors import TongbanError

TODAY = city.NOW.date()


@pytest.fixture
def file(db: None, tmp_path: Path) -> Path:
    """The small city's catalogue in a file; the database is empty again."""
    path = tmp_path / "whole.json"
    path.write_text(exported(), encoding="utf-8")
    return path


@cache
def exported() -> str:
    with transaction.atomic():
        city.load_with_some_items()
        written = json.dumps(services.export_catalogue())
        transaction.set_rollback(True)
    standards.forget_dictionary()
    selectors.guides.forget_guides()
    return written


def import_whole(raw: Any, *, dry_run: bool = False) -> services.ImportReport:
    return services.import_catalogue(raw, actor=PLATFORM, at=city.NOW, dry_run=dry_run)


def is_empty() -> bool:
    return not (models.Power.objects.exists() or directory.list_departments() or standards.elements())


def test_an_empty_installation_is_filled_and_gives_the_same_file(file: Path) -> None:
    raw = json.loads(file.read_text("utf-8"))
    assert is_empty()

    report = import_whole(raw)
    again = import_whole(raw)

    assert (report.created, report.refused) == (7, 0), report.findings
    assert (again.created, again.changed, again.unchanged) == (0, 0, 7)
    assert json.loads(json.dumps(services.export_catalogue())) == raw
    guide = selectors.get_guide(city.FOOD, city.PUDONG, TODAY)
    assert guide.procedure.department.code == "SCJG-310115"


def test_one_refused_guide_and_nothing_of_the_file_is_written(file: Path) -> None:
    raw = json.loads(file.read_text("utf-8"))
    raw["guides"][0]["conditions"][0]["text"] = "提交其他材料。"

    report = import_whole(raw)

    assert report.refused == 1
    assert is_empty()


def test_a_dry_run_of_the_whole_writes_nothing(file: Path) -> None:
    report = import_whole(json.loads(file.read_text("utf-8")), dry_run=True)

    assert (report.created, report.is_dry_run) == (7, True)
    assert is_empty()


def test_a_refused_department_is_named_and_nothing_is_written(file: Path) -> None:
    raw = json.loads(file.read_text("utf-8"))
    raw["departments"][3]["division"] = "9999"

    report = import_whole(raw)

    assert report.refused == 1
    assert [(one.row, one.field, one.value) for one in report.findings] == [
        (3, "departments.division", "9999")
    ]
    assert is_empty()


@pytest.mark.parametrize(
    "fault",
    [
        {"guides": {}},
        {"packages": []},
        {"elements": [{"code": "a"}]},
        {"elements": [5]},
        {"material_types": ["a"]},
        {"resources": [None]},
        {"licence_types": [{"code": "A", "issuer_kind": "NO-SUCH"}]},
    ],
)
def test_a_faulty_part_is_said_and_nothing_is_written(file: Path, fault: dict[str, Any]) -> None:
    raw = json.loads(file.read_text("utf-8"))

    with pytest.raises(TongbanError):
        import_whole({**raw, **fault})

    assert is_empty()

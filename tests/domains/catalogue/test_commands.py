"""`tongban catalogue import | export | check` as an operator types them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from domains.catalogue import city
from domains.identity import cast
from tongban.domains.catalogue import models

ROW = {
    "department": "区经信局",
    "main_item": "备案",
    "name": "企业投资项目备案",
    "link": "http://www.sczwfw.gov.cn/x?areaCode=511602000000"
    "&itemCode=511Z07001006-511602000000-000-11511301008778183N-1-00&taskType=10",
    "qrcode": "",
}


def run(*words: object) -> tuple[str, str, int]:
    """Output, complaints and exit status."""
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command(*(str(word) for word in words), stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return out.getvalue(), err.getvalue(), status


def write(folder: Path, content: object) -> Path:
    file = folder / "list.json"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


def test_guides_are_imported_and_the_report_counts_them(empty_city: None, tmp_path: Path) -> None:
    file = write(tmp_path, city.guides(city.FUND, city.FIRE))

    out, _, status = run("catalogue_import", file)

    assert (out.strip(), status) == ("2 rows: 2 created, 0 changed, 0 unchanged, 0 refused", 0)
    assert models.Power.objects.count() == 2


def test_a_refused_row_is_named_and_ends_with_1(empty_city: None, tmp_path: Path) -> None:
    file = write(tmp_path, [city.guide(city.FUND), {**city.guide(city.FIRE), "department": "NO-SUCH"}])

    out, _, status = run("catalogue_import", file, "--json")

    report = json.loads(out)
    assert status == 1
    assert (report["rows"], report["created"], report["refused"]) == (2, 0, 1)
    assert [(one["row"], one["field"], one["value"]) for one in report["findings"]] == [
        (1, "department", "NO-SUCH")
    ]
    assert models.Power.objects.count() == 0


@pytest.mark.parametrize("form", ["own", "sichuan"])
@pytest.mark.parametrize("content", ["", "[{", "not json"])
def test_a_broken_file_imports_nothing(empty_city: None, tmp_path: Path, form: str, content: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError):
        run("catalogue_import", file, "--format", form)

    assert models.Power.objects.count() == 0


def test_a_missing_file_is_said(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no file"):
        run("catalogue_import", tmp_path / "nothing.json")


def test_the_other_region_tried_then_imported_then_unchanged(db: None, tmp_path: Path) -> None:
    cast.load_city()
    file = write(tmp_path, [ROW, {**ROW, "link": ""}])
    words = ("catalogue_import", file, "--format", "sichuan", "--json")

    tried = json.loads(run(*words, "--dry-run")[0])
    assert models.Power.objects.count() == 0
    done = json.loads(run(*words)[0])
    again = json.loads(run(*words)[0])

    numbers = ("created", "changed", "unchanged", "refused", "is_dry_run")
    assert [tried[name] for name in numbers] == [1, 0, 0, 1, True]
    assert [done[name] for name in numbers] == [1, 0, 0, 1, False]
    assert [again[name] for name in numbers] == [0, 0, 1, 1, False]
    refused = [(one["row"], one["field"], one["reason"]) for one in done["findings"] if one["is_refused"]]
    assert refused == [(1, "link", "没有填写")]


def test_what_is_exported_can_be_imported_unchanged(small_city: None, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    run("catalogue_export", file)

    out, _, status = run("catalogue_import", file, "--json")

    report = json.loads(out)
    assert status == 0
    assert (report["unchanged"], report["changed"], report["created"]) == (7, 0, 0)


def test_the_schema_is_exported_and_fits_the_export(small_city: None) -> None:
    schema = json.loads(run("catalogue_export", "--schema")[0])
    exported = json.loads(run("catalogue_export")[0])

    assert len(exported) == 7
    for one in exported:
        jsonschema.validate(one, schema)


def test_linked_data_is_exported_for_a_district(small_city: None) -> None:
    document = json.loads(run("catalogue_export", "--format", "cpsv-ap", "--division", city.PUDONG)[0])

    services = [node for node in document["@graph"] if node["@type"] == "cpsv:PublicService"]
    assert len(services) == 7


def test_the_published_guides_pass_the_check(small_city: None) -> None:
    out, _, status = run("catalogue_check")

    assert (out.strip(), status) == ("7 guides: 0 findings, 0 hard", 0)


@pytest.mark.parametrize(
    ("changes", "status", "rules"),
    [
        ({"legal_basis": []}, 1, {"RESTS_ON_LAW", "MATERIAL_HAS_BASIS", "REFERENCES_RESOLVE"}),
        ({}, 0, set()),
    ],
)
def test_a_file_is_checked_before_it_is_imported(
    empty_city: None, tmp_path: Path, changes: dict[str, Any], status: int, rules: set[str]
) -> None:
    file = write(tmp_path, {**city.guide(city.FUND), **changes})

    out, _, ended = run("catalogue_check", file, "--json")

    findings = json.loads(out)
    assert ended == status
    assert {one["rule"] for one in findings} == rules
    assert {one["item"] for one in findings} <= {city.FUND}
    assert all(one["severity"] and one["source"] and one["text"] for one in findings)


def test_two_districts_with_two_substances_in_files_are_found(empty_city: None, tmp_path: Path) -> None:
    file = write(tmp_path, [city.guide(city.FUND), {**city.guide(city.FUND), "summary": "另一个说法。"}])

    out, _, status = run("catalogue_check", file)

    assert status == 1
    assert "SAME_SUBSTANCE_EVERYWHERE" in out

"""归集: good rows in, bad rows named, a second run changes nothing."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from domains.identity import cast
from domains.licences.library import officer
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, permissions, selectors, services
from tongban.domains.licences.management.commands.licences_collect import read_stock
from tongban.domains.licences.types import (
    CollectReport,
    FaultKind,
    LicenceAction,
    LicenceStatus,
    StockRow,
)
from tongban.domains.messaging import selectors as messaging
from tongban.kernel.actors import Role
from tongban.kernel.identifiers import LicenceIdentifier

pytestmark = pytest.mark.django_db
KEEPER = officer(Role.LICENCE_KEEPER)
FIRM = cast.uscc(88)


def row(line: int, **changes: str) -> StockRow:
    values = {
        "serial": f"JY1310115{line:07}",
        "holder_number": FIRM,
        "holder_name": "示例小馆",
        "issued_on": "2024-05-06",
        "last_day": "2029-05-05",
        "name": "示例小馆",
        "uscc": FIRM,
        "premises_address": f"示例路{line}号",
    }
    return StockRow(line, {**values, **changes})


def take(*rows: StockRow, actor: Any = KEEPER) -> CollectReport:
    return services.collect(
        rows, licence_type="SPJYXKZ", issuer="SCJG", source="库存.jsonl", actor=actor, at=cast.NOW
    )


def test_a_stock_keeps_its_numbers_and_terms(holder: Subject) -> None:
    report = take(row(1))

    assert (report.rows, report.created, report.refused) == (1, 1, 0)
    licence = selectors.get_by_number(models.Licence.objects.get().number)
    assert (licence.serial, licence.case_number) == ("JY13101150000001", None)
    assert (licence.issued_on, licence.valid_to) == (date(2024, 5, 6), date(2029, 5, 6))
    assert [entry.action for entry in selectors.history(licence.number)] == [LicenceAction.COLLECT]
    services.check_data(licence, signed_by=cast.NOW)
    assert messaging.inbox([holder.id]) == []


def test_a_second_run_changes_nothing(holder: Subject) -> None:
    rows = [row(line) for line in range(1, 30)]
    take(*rows)

    again = take(*rows)

    assert (again.created, again.corrected, again.unchanged) == (0, 0, 29)
    assert models.Licence.objects.count() == models.StatusEntry.objects.count() == 29


FAULTS: list[tuple[dict[str, str], FaultKind, str]] = [
    ({"serial": ""}, FaultKind.MISSING, "serial"),
    ({"name": ""}, FaultKind.MISSING, "name"),
    ({"issued_on": "2024-02-30"}, FaultKind.IMPOSSIBLE_DATE, "issued_on"),
    ({"issued_on": "2026-03-03"}, FaultKind.IMPOSSIBLE_DATE, "issued_on"),
    ({"last_day": "2024-05-05"}, FaultKind.IMPOSSIBLE_DATE, "last_day"),
    (
        {"holder_number": FIRM[:-1] + ("0" if FIRM[-1] != "0" else "1")},
        FaultKind.WRONG_NUMBER,
        "holder_number",
    ),
    ({"number": "1.2.156.3005.2.x"}, FaultKind.WRONG_NUMBER, "number"),
    ({"serial": "——"}, FaultKind.WRONG_NUMBER, "serial"),
    ({"holder_number": cast.uscc(4711)}, FaultKind.UNKNOWN_HOLDER, "holder_number"),
    ({"holder_name": "别家小馆"}, FaultKind.NAME_DIFFERS, "holder_name"),
    ({"horoscope": "狮子座"}, FaultKind.UNKNOWN_FIELD, "horoscope"),
]


@pytest.mark.parametrize(("changes", "kind", "field"), FAULTS)
def test_a_bad_row_is_named_and_the_good_ones_go_in(
    holder: Subject, changes: dict[str, str], kind: FaultKind, field: str
) -> None:
    report = take(row(1), row(2, **changes), row(3))

    assert (report.created, report.refused) == (2, 1)
    assert [(one.line, one.kind, one.field) for one in report.findings if one.is_refused] == [
        (2, kind, field)
    ]
    assert models.Licence.objects.count() == 2


def test_a_wrong_check_character_in_the_identifier_is_found(holder: Subject) -> None:
    kind = selectors.get_type("SPJYXKZ").type_code
    right = str(LicenceIdentifier(kind, cast.uscc(1, kind="11"), "JY13101150000001"))
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")

    report = take(row(1, number=wrong), row(2, number=right))

    found = {(one.line, one.kind) for one in report.findings if one.is_refused}
    assert found == {(1, FaultKind.WRONG_NUMBER), (2, FaultKind.WRONG_NUMBER)}
    assert take(row(1, number=right)).created == 1


def test_duplicates_and_overlaps_keep_the_first(holder: Subject) -> None:
    report = take(row(1), row(2, serial="JY13101150000001"), row(3, premises_address="示例路1号"), row(4))

    refused = {one.line: one.kind for one in report.findings if one.is_refused}
    assert refused == {2: FaultKind.DUPLICATE, 3: FaultKind.OVERLAP}
    assert report.created == 2


def test_what_is_left_empty_is_noted_and_goes_in(holder: Subject) -> None:
    report = take(row(1))

    [noted] = report.findings
    assert (noted.kind, noted.is_refused) == (FaultKind.INCOMPLETE, False)
    assert "food_items" in noted.field


def test_new_contents_correct_and_other_dates_are_a_conflict(holder: Subject) -> None:
    take(row(1), row(2))

    report = take(row(1, food_items="热食类食品制售"), row(2, last_day="2030-01-01"))

    assert (report.corrected, report.refused) == (1, 1)
    assert [one.kind for one in report.findings if one.is_refused] == [FaultKind.CONFLICT]
    corrected = models.Licence.objects.get(serial="JY13101150000001")
    assert selectors.get_by_number(corrected.number).fields["food_items"] == "热食类食品制售"
    assert models.Licence.objects.get(serial="JY13101150000002").valid_to == date(2029, 5, 6)


def test_a_term_that_ran_out_years_ago_is_marked_without_a_message(holder: Subject) -> None:
    take(row(1, issued_on="2015-01-05", last_day="2020-01-04"))

    services.expire_due(at=cast.NOW)

    assert models.Licence.objects.get().status == LicenceStatus.EXPIRED
    assert messaging.inbox([holder.id]) == []


def test_another_department_collects_nothing_here(holder: Subject) -> None:
    with pytest.raises(permissions.NotYours):
        take(row(1), actor=officer(Role.LICENCE_KEEPER, department="GA"))

    assert models.Collection.objects.count() == 0


def test_findings_name_no_person(holder: Subject) -> None:
    report = take(row(1, holder_name="别家小馆"), row(2, holder_number=cast.uscc(4711)))

    told = json.dumps([one.text for one in report.findings], ensure_ascii=False)
    assert "小馆" not in told
    assert FIRM not in told


def test_the_command_reads_both_formats(holder: Subject, tmp_path: Path, capsys: Any) -> None:
    lines = tmp_path / "stock.jsonl"
    lines.write_text(
        json.dumps(dict(row(1).values), ensure_ascii=False) + "\n{broken\n[1]\n", encoding="utf-8"
    )
    table = tmp_path / "stock.csv"
    values = row(2).values
    table.write_text(
        ",".join(values) + "\n" + ",".join(values.values()) + "\nonly,two\n", encoding="utf-8-sig"
    )

    call_command("licences_collect", str(lines), "--type", "SPJYXKZ", "--issuer", "SCJG", "--json")
    told = json.loads(capsys.readouterr().out)
    call_command("licences_collect", str(table), "--type", "SPJYXKZ", "--issuer", "SCJG")

    assert (told["created"], told["refused"]) == (1, 2)
    assert "2 rows: 1 created, 0 corrected, 0 unchanged, 1 refused" in capsys.readouterr().out
    with pytest.raises(CommandError, match="NO-SUCH"):
        call_command("licences_collect", str(lines), "--type", "NO-SUCH", "--issuer", "SCJG")


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("serial,name\nA1, 示例 \n", encoding="utf-8")

    assert list(read_stock(file)) == [StockRow(2, {"serial": "A1", "name": "示例"})]


def test_counts_add_up_over_chunks(holder: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.domains.licences.services import collecting

    monkeypatch.setattr(collecting, "CHUNK", 3)
    report = take(*[row(line, **({"name": ""} if line % 4 == 0 else {})) for line in range(1, 11)])

    assert Counter(one.kind for one in report.findings if one.is_refused) == {FaultKind.MISSING: 2}
    assert (report.rows, report.created, report.refused) == (10, 8, 2)

"""Files that departments drop: good rows in, bad ones in quarantine with reasons, again without effect."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest

from domains.identity import cast
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.services import batches
from tongban.domains.exchange.types import Batch, BatchState, FindingKind
from tongban.domains.identity import services as identity
from tongban.domains.registers.models import Deposit
from tongban.domains.registers.services.deposits import DepositProvider
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
CODE = "T-DRIVER"
RESOURCE = {
    "code": CODE,
    "name": "驾驶人信息",
    "provider": "GA",
    "sharing": "1",
    "fields": ["licence_class", "valid_to", "points"],
}
RULES = [
    {
        "resource": CODE,
        "code": "class",
        "dimension": "VALID",
        "check": "ONE_OF",
        "fields": ["licence_class"],
        "params": {"values": ["A1", "C1"]},
        "text": "准驾车型在代码表里",
    },
    {
        "resource": CODE,
        "code": "term",
        "dimension": "VALID",
        "check": "DATE",
        "fields": ["valid_to"],
        "text": "有效期是日期",
    },
]
HEADER = "subject_number,licence_class,valid_to,points"
PEOPLE = 100


@pytest.fixture
def numbers() -> list[str]:
    cast.load_city()
    cast.department("GA")
    services.load_resources([RESOURCE], actor=PLATFORM, at=cast.NOW)
    services.load_quality_rules(RULES, actor=PLATFORM, at=cast.NOW)
    found = [cast.resident_number(nth) for nth in range(1, PEOPLE + 1)]
    for number in found:
        identity.register_person(name="示例", number=number, actor=PLATFORM, at=cast.NOW)
    return found


def rows_of(numbers: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"subject_number": number, "licence_class": "C1", "valid_to": "2030-01-01", "points": str(nth % 12)}
        for nth, number in enumerate(numbers)
    ]


def with_three_faults(numbers: Sequence[str]) -> list[dict[str, str]]:
    rows = rows_of(numbers)
    rows[9]["licence_class"] = "Z9"
    rows[19]["valid_to"], rows[19]["licence_class"] = "2030-02-30", ""
    rows[29]["subject_number"] = cast.resident_number(900)
    return rows


def as_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    lines = [HEADER, *(",".join(row.values()) for row in rows)]
    path.with_suffix(".csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path.with_suffix(".csv")


def as_json_lines(path: Path, rows: list[dict[str, str]]) -> Path:
    path.with_suffix(".jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path.with_suffix(".jsonl")


def as_parquet(path: Path, rows: list[dict[str, str]]) -> Path:
    made = as_json_lines(path, rows)
    to = path.with_suffix(".parquet")
    duckdb.connect().execute(f"COPY (SELECT * FROM read_ndjson('{made}')) TO '{to}' (FORMAT parquet)")
    made.unlink()
    return to


def take(path: Path) -> Batch:
    return services.take_file(path, resource=CODE, actor=PLATFORM, at=cast.NOW)


@pytest.mark.parametrize("write", [as_csv, as_json_lines, as_parquet])
def test_good_rows_are_kept_and_bad_ones_wait_with_their_reasons(
    numbers: list[str], tmp_path: Path, write: Callable[[Path, list[dict[str, str]]], Path]
) -> None:
    path = write(tmp_path / "rows", with_three_faults(numbers))

    batch = take(path)

    assert (batch.state, batch.rows, batch.kept, batch.quarantined) == (BatchState.DONE, 100, 97, 3)
    reasons = {one.row: one.reasons for one in selectors.list_quarantine(batch.id)}
    assert reasons == {
        10: ("准驾车型在代码表里",),
        20: ("有效期是日期",),
        30: ("平台上还没有这个当事人：请核对号码，或先由登记部门登记",),
    }
    assert Deposit.objects.count() == 97
    subject = identity.register_person(name="示例", number=numbers[0], actor=PLATFORM, at=cast.NOW)
    kept = DepositProvider(CODE).fetch(subject_id=subject.id, fields=("licence_class", "points"))
    assert kept == {"licence_class": "C1", "points": "0"}
    assert not path.exists()


def test_the_provider_is_told_once_and_the_numbers_are_encrypted(numbers: list[str], tmp_path: Path) -> None:
    take(as_csv(tmp_path / "rows", with_three_faults(numbers)))

    found = {one.reference: one for one in selectors.list_findings({"GA"})}
    batch = models.Batch.objects.get()
    assert found[f"BATCH-{batch.pk}"].kind is FindingKind.QUALITY
    assert "100行，其中3行" in found[f"BATCH-{batch.pk}"].text
    assert {"class", "term"} <= found.keys()
    told = "".join(str(row) for row in Entry.objects.values_list("detail", flat=True))
    stored = "".join(models.QuarantinedRow.objects.values_list("values_cipher", flat=True))
    assert not any(number in told + stored for number in numbers)


def test_the_same_file_again_changes_nothing(numbers: list[str], tmp_path: Path) -> None:
    first = take(as_csv(tmp_path / "rows", with_three_faults(numbers)))

    again = take(as_csv(tmp_path / "other name", with_three_faults(numbers)))

    assert again == first
    assert (models.Batch.objects.count(), Deposit.objects.count()) == (1, 97)
    assert models.QuarantinedRow.objects.count() == 3


def test_a_run_cut_off_is_done_again_from_the_file(
    numbers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PORTION", 40)
    store, calls = batches.registry.row_store(), []

    def fail_late(**given: object) -> Sequence[str]:
        calls.append(given)
        if len(calls) == 2:
            raise ConnectionError("the database went away")
        return store(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(batches.registry, "_row_store", [fail_late])
    path = as_csv(tmp_path / "rows", with_three_faults(numbers))
    with pytest.raises(ConnectionError):
        take(path)
    assert path.exists()
    assert models.Batch.objects.get().state == BatchState.RECEIVED

    batch = take(path)

    assert (batch.state, batch.kept, batch.quarantined) == (BatchState.DONE, 97, 3)
    assert (Deposit.objects.count(), models.QuarantinedRow.objects.count()) == (97, 3)


def test_a_corrected_row_replaces_what_was_kept(numbers: list[str], tmp_path: Path) -> None:
    take(as_csv(tmp_path / "rows", rows_of(numbers)))
    rows = rows_of(numbers[:1])
    rows[0]["licence_class"] = "A1"

    take(as_csv(tmp_path / "more", rows))

    subject = identity.register_person(name="示例", number=numbers[0], actor=PLATFORM, at=cast.NOW)
    fetched = DepositProvider(CODE).fetch(subject_id=subject.id, fields=("licence_class",))
    assert (fetched, Deposit.objects.count()) == ({"licence_class": "A1"}, PEOPLE)


def test_of_two_rows_about_one_person_the_first_is_kept(numbers: list[str], tmp_path: Path) -> None:
    rows = rows_of([numbers[0], numbers[0]])

    batch = take(as_csv(tmp_path / "rows", rows))

    assert (batch.kept, batch.quarantined) == (1, 1)
    (row,) = selectors.list_quarantine(batch.id)
    assert row.reasons == ("一个文件里同一个当事人只能有一行，取第一行",)


def test_lines_that_cannot_be_read_are_put_aside(numbers: list[str], tmp_path: Path) -> None:
    path = as_csv(tmp_path / "rows", rows_of(numbers[:3]))
    with path.open("a", encoding="utf-8") as file:
        file.write("a,b\n")
    lines = as_json_lines(tmp_path / "lines", rows_of(numbers[3:6]))
    with lines.open("a", encoding="utf-8") as file:
        file.write('{"subject_number": \n[1]\n')

    from_csv, from_lines = take(path), take(lines)
    assert from_lines.reason == ""

    assert (from_csv.kept, from_csv.quarantined) == (3, 1)
    assert (from_lines.kept, from_lines.quarantined) == (3, 2)
    reasons = [one.reasons for one in selectors.list_quarantine(from_lines.id)]
    assert reasons == [("这一行不符合文件格式，读不出各个字段",)] * 2


def test_a_spreadsheet_in_gb18030_is_read(numbers: list[str], tmp_path: Path) -> None:
    rows = rows_of(numbers[:2])
    rows[0]["licence_class"] = "大型客车"
    path = as_csv(tmp_path / "rows", rows)
    path.write_bytes(path.read_text("utf-8-sig").encode("gb18030"))

    batch = take(path)

    assert (batch.kept, batch.quarantined) == (1, 1)
    (row,) = selectors.list_quarantine(batch.id)
    assert row.values["licence_class"] == "大型客车"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"subject_number,licence_class\n1,C1\n", "缺少points、valid_to"),
        ("a.csv", HEADER.encode() + b",extra\n1,C1,2030-01-01,0,x\n", "多出extra"),
        ("a.csv", b"", "缺少licence_class"),
        ("a.parquet", b"no parquet at all", "Parquet"),
        ("a.jsonl", b"\x00\x01", "缺少licence_class"),
    ],
)
def test_a_file_of_another_shape_is_refused_as_a_whole(
    numbers: list[str], tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    batch = take(path)

    assert batch.state is BatchState.REFUSED
    assert says in batch.reason
    assert not Deposit.objects.exists()


def test_files_are_taken_from_the_inbox_once_they_are_whole(
    numbers: list[str], tmp_path: Path, settings: object
) -> None:
    settings.EXCHANGE_INBOX = tmp_path  # type: ignore[attr-defined]
    folder = tmp_path / CODE
    folder.mkdir()
    as_csv(folder / "rows", rows_of(numbers))
    (folder / "later.csv.part").write_text("half")
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    (folder / "link.csv").symlink_to(secret)

    dropped = services.drop_file([b"subject_number\n"], name="../../of another.csv", resource=CODE)

    waiting = services.waiting_files([CODE])

    assert [path.name for path in waiting] == ["rows.csv", "of another.csv"]
    assert dropped.parent == folder
    assert take(waiting[0]).kept == PEOPLE
    assert take(waiting[1]).state is BatchState.REFUSED
    assert sorted(path.name for path in folder.iterdir()) == ["later.csv.part", "link.csv"]
    with pytest.raises(services.FaultyFile):
        services.drop_file([b"x"], name="rows.xlsx", resource=CODE)


def test_quality_of_what_is_held_is_measured_and_its_trend_kept(numbers: list[str], tmp_path: Path) -> None:
    rows = rows_of(numbers)
    take(as_csv(tmp_path / "rows", rows))
    stricter = {
        "resource": CODE,
        "code": "points",
        "dimension": "CONSISTENT",
        "check": "RANGE",
        "fields": ["points"],
        "params": {"least": 0, "most": 5},
        "text": "记分在范围内",
        "least": 0.9,
    }
    services.load_quality_rules([stricter], actor=PLATFORM, at=cast.NOW)

    run = services.run_quality(CODE, actor=PLATFORM, at=cast.NOW)

    assert run is not None
    outcome = {one.rule: one for one in run.outcomes}["points"]
    assert (run.rows, outcome.wrong, outcome.is_enough) == (PEOPLE, 48, False)
    assert [one.rule for one in run.outcomes if not one.is_enough] == ["points"]
    assert selectors.list_quality_runs(CODE)[0] == run
    assert len(selectors.list_quality_runs(CODE)) == 2
    assert "points" in {one.reference for one in selectors.list_findings({"GA"})}
    assert selectors.recent_quality([CODE], last=1) == {CODE: [run]}

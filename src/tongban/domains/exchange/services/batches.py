"""Files of rows: checked against the resource's schema, the good rows kept, the others put in quarantine with the reason.

A file is CSV, Parquet or JSON Lines with the resource's fields as columns, and `subject_number` where none of them is the number of
the person or body a row is about. It is read once, by DuckDB; the rows that are right go to the register in portions. A run that was
cut off is begun again from the file, which is there until all is done.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import ClassVar

import duckdb
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models, selectors
from tongban.domains.exchange.rules import quality
from tongban.domains.exchange.services import registry
from tongban.domains.exchange.services.checking import DATA, FAULTY, Sweep, check_rows
from tongban.domains.exchange.services.findings import report_finding
from tongban.domains.exchange.services.quality import keep_run
from tongban.domains.exchange.types import Batch, BatchState, Check, Dimension, FindingKind, QualityRule
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id
from tongban.kernel.instants import shanghai_date

SUBJECT_NUMBER = "subject_number"
NUMBER_FIELDS = ("resident_id", "uscc")
SUFFIXES = (".csv", ".parquet", ".jsonl", ".ndjson")
MEMORY = "1GB"
PORTION = 2_000
_HASHED_AT_ONCE = 1 << 20
_UTF8, _GB18030 = "utf-8", "gb18030"


class FaultyFile(TongbanError):
    """The file as a whole can't be read: another format, a field missing, an unknown one."""

    code: ClassVar[str] = "FAULTY_BATCH_FILE"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个文件不能处理。请用 CSV（首行是字段名）、Parquet 或 JSON Lines，字段与数据目录一致。"
    )


def subject_field(fields: Sequence[str]) -> str:
    """The column that says whom a row is about."""
    return next((name for name in NUMBER_FIELDS if name in fields), SUBJECT_NUMBER)


def inbox() -> Path:
    """Where departments drop their files: a folder a resource."""
    return Path(settings.EXCHANGE_INBOX)


def drop_file(content: Iterable[bytes], *, name: str, resource: str) -> Path:
    """Put a file into the inbox; it appears there under its name when it is whole.

    Raises `FaultyFile` for another format, `selectors.ResourceNotFound`.
    """
    folder = inbox() / selectors.get_resource(resource).code
    path = folder / PurePosixPath(name).name
    if path.suffix.lower() not in SUFFIXES:
        raise FaultyFile(f"a file that ends in {path.suffix!r}")
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{new_id()}.part")
    with partial.open("wb") as file:
        for chunk in content:
            file.write(chunk)
    return partial.replace(path)


def waiting_files(resources: Iterable[str]) -> list[Path]:
    """What lies in the inbox for these resources, the oldest first; a name that ends otherwise is one still being written."""
    found = [
        path
        for code in resources
        for path in (inbox() / code).glob("*")
        if path.suffix.lower() in SUFFIXES and not path.is_symlink()
    ]
    return sorted(found, key=lambda one: (one.stat().st_mtime, one.name))


def take_file(path: Path, *, resource: str, actor: Actor, at: datetime) -> Batch:
    """Process one file and delete it; what was in it is a batch, the same again changes nothing.

    Raises `selectors.ResourceNotFound`; a file that can't be read is a batch that was refused, with the reason.
    """
    found = selectors.get_resource(resource)
    batch, is_new = models.Batch.objects.get_or_create(
        resource_id=resource,
        sha256=_sha256(path),
        defaults={"file_name": path.name[:200], "received_at": at, "state": BatchState.RECEIVED},
    )
    if not is_new and batch.state != BatchState.RECEIVED:
        path.unlink()
        return selectors.get_batch(batch.pk)
    fields = tuple(dict.fromkeys([*found.fields, subject_field(found.fields)]))
    try:
        with _opened(path, fields) as connection:
            _process(connection, batch, fields, actor, at)
    except FaultyFile as fault:
        _finish(batch, BatchState.REFUSED, actor, at, reason=fault.sentence)
    path.unlink()
    return selectors.get_batch(batch.pk)


def _process(
    connection: duckdb.DuckDBPyConnection,
    batch: models.Batch,
    fields: Sequence[str],
    actor: Actor,
    at: datetime,
) -> None:
    rules = [*_subject_rules(batch.resource_id, fields), *selectors.rules_of(batch.resource_id)]
    sweep = check_rows(connection, rules, today=shanghai_date(at))
    batch.quarantine.all().delete()
    _quarantine_broken(connection, batch, fields, sweep)
    kept = _keep_good(connection, batch, fields, actor, at)
    with transaction.atomic():
        keep_run(batch.resource_id, sweep, actor=actor, at=at)
        quarantined = batch.quarantine.count()
        batch.rows, batch.kept, batch.quarantined = kept + quarantined, kept, quarantined
        if quarantined:
            _tell_provider(batch, actor, at)
        _finish(batch, BatchState.DONE, actor, at)


def _subject_rules(resource: str, fields: Sequence[str]) -> list[QualityRule]:
    name = subject_field(fields)
    demands = (
        ("schema.subject", Dimension.COMPLETE, Check.GIVEN, _("每行要写明当事人的证件号码")),
        ("schema.once", Dimension.UNIQUE, Check.UNIQUE, _("一个文件里同一个当事人只能有一行，取第一行")),
    )
    return [
        QualityRule(resource, code, dimension, check, (name,), {}, text)
        for code, dimension, check, text in demands
    ]


def _quarantine_broken(
    connection: duckdb.DuckDBPyConnection, batch: models.Batch, fields: Sequence[str], sweep: Sweep
) -> None:
    texts = [one.text for one in sweep.outcomes]
    columns = ", ".join(f"any_value({quality.column(name)})" for name in fields)
    broken = connection.execute(
        f"SELECT row, list_sort(list(rule)), {columns} FROM {FAULTY} JOIN {DATA} USING (row)"  # noqa: S608 - checked names
        " GROUP BY row ORDER BY row"
    )
    while part := broken.fetchmany(PORTION):
        _put_in_quarantine(
            batch, [(row, [texts[nth] for nth in which], values) for row, which, *values in part], fields
        )
    malformed = connection.execute("SELECT row, line FROM malformed ORDER BY row").fetchall()
    _put_in_quarantine(
        batch,
        [(row, [_("这一行不符合文件格式，读不出各个字段")], [line]) for row, line in malformed],
        ("line",),
    )


def _keep_good(
    connection: duckdb.DuckDBPyConnection,
    batch: models.Batch,
    fields: Sequence[str],
    actor: Actor,
    at: datetime,
) -> int:
    """Hand the good rows to the register in portions, each its own transaction; how many were kept."""
    columns = ", ".join(quality.column(name) for name in fields)
    good = connection.execute(
        f"SELECT row, {columns} FROM {DATA} ANTI JOIN {FAULTY} USING (row) ORDER BY row"  # noqa: S608 - checked names
    )
    kept = 0
    while part := good.fetchmany(PORTION):
        rows = [
            {name: value for name, value in zip(fields, values, strict=True) if value is not None}
            for _row, *values in part
        ]
        with transaction.atomic():
            why_not = registry.row_store()(resource=batch.resource_id, rows=rows, actor=actor, at=at)
            refused = [
                (row, [reason], values)
                for (row, *values), reason in zip(part, why_not, strict=True)
                if reason
            ]
            _put_in_quarantine(batch, refused, fields)
        kept += len(part) - len(refused)
    return kept


def _put_in_quarantine(
    batch: models.Batch, rows: Sequence[tuple[int, list[str], list[object]]], fields: Sequence[str]
) -> None:
    models.QuarantinedRow.objects.bulk_create(
        models.QuarantinedRow(
            batch=batch,
            row=row,
            reasons=[reason[:200] for reason in reasons],
            values_cipher=crypto.encrypt(
                json.dumps(
                    {name: value for name, value in zip(fields, values, strict=True) if value is not None},
                    ensure_ascii=False,
                ),
                selectors.ROW_CONTEXT,
            ),
        )
        for row, reasons, values in rows
    )


def _tell_provider(batch: models.Batch, actor: Actor, at: datetime) -> None:
    words = _("批量文件%(name)s共%(rows)d行，其中%(bad)d行没有通过校验，已经隔离。请更正后重新提供。") % {
        "name": batch.file_name,
        "rows": batch.rows,
        "bad": batch.quarantined,
    }
    report_finding(
        batch.resource_id,
        FindingKind.QUALITY,
        text=words,
        reference=f"BATCH-{batch.pk}",
        actor=actor,
        at=at,
    )


@transaction.atomic
def _finish(batch: models.Batch, state: BatchState, actor: Actor, at: datetime, *, reason: str = "") -> None:
    batch.state, batch.reason, batch.finished_at = state, reason[:500], at
    batch.save()
    audit.record(
        actor=actor,
        action="TAKE_BATCH",
        at=at,
        object_type="exchange.Batch",
        object_id=str(batch.pk),
        detail={
            "resource": batch.resource_id,
            "state": state.value,
            "kept": batch.kept,
            "quarantined": batch.quarantined,
        },
    )


@contextmanager
def _opened(path: Path, fields: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file's rows under `DATA`, and lines that could not be read under `malformed`; raises `FaultyFile`."""
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as connection:
        try:
            _READERS[path.suffix.lower()](connection, path)
            _select_fields(connection, fields)
        except duckdb.Error as error:
            raise FaultyFile(f"{path.suffix} file: {type(error).__name__}") from error
        # From here on no statement may reach another file.
        connection.execute("SET enable_external_access = false")
        yield connection


def _select_fields(connection: duckdb.DuckDBPyConnection, fields: Sequence[str]) -> None:
    described = connection.execute("DESCRIBE raw").fetchall()
    given = {name for name, *_rest in described} - {"row"}
    missing, unknown = sorted(set(fields) - given), sorted(given - set(fields))
    if missing or unknown:
        raise FaultyFile(
            f"missing {missing}, unknown {unknown}",
            sentence=_("文件的字段和数据目录不一致：缺少%(missing)s；多出%(unknown)s。请按数据目录提供。")
            % {"missing": "、".join(missing) or _("无"), "unknown": "、".join(unknown) or _("无")},
        )
    columns = ", ".join(
        f"nullif(trim({quality.column(name)}::VARCHAR), '') AS {quality.column(name)}" for name in fields
    )
    connection.execute(f"CREATE TEMP TABLE {DATA} AS SELECT row, {columns} FROM raw")  # noqa: S608 - checked names


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The first line names the columns; UTF-8, or GB 18030 as spreadsheets here still write it."""
    source = str(path)
    if _encoding(path) == _GB18030:
        source = f"{path}.utf8"
        Path(source).write_text(path.read_text(_GB18030), _UTF8)
    try:
        connection.execute(
            "CREATE TEMP TABLE raw AS SELECT row_number() OVER () AS row, * FROM read_csv(?, header = true,"
            " delim = ',', quote = '\"', escape = '\"', all_varchar = true, store_rejects = true,"
            " strict_mode = true, null_padding = false)",
            [source],
        )
    finally:
        if source != str(path):
            Path(source).unlink()
    connection.execute(
        "CREATE TEMP TABLE malformed AS SELECT -row_number() OVER (ORDER BY line) AS row, any_value(csv_line) AS line"
        " FROM reject_errors GROUP BY line"
    )


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(
        "CREATE TEMP TABLE raw AS SELECT file_row_number + 1 AS row, * EXCLUDE (file_row_number)"
        " FROM read_parquet(?, file_row_number = true)",
        [str(path)],
    )
    connection.execute("CREATE TEMP TABLE malformed (row BIGINT, line VARCHAR)")


def _read_json_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(
        "CREATE TEMP TABLE lines AS SELECT row_number() OVER () AS row, line FROM read_csv(?, header = false,"
        " columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', strict_mode = false)",
        [str(path)],
    )
    # CASE, because a conjunction is not evaluated in the order in which it is written.
    is_object = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END"
    connection.execute(f"CREATE TEMP TABLE objects AS SELECT row, line FROM lines WHERE {is_object}")  # noqa: S608 - a constant
    connection.execute(f"CREATE TEMP TABLE malformed AS SELECT row, line FROM lines WHERE NOT {is_object}")  # noqa: S608 - a constant
    keys = connection.execute("SELECT DISTINCT unnest(json_keys(line)) FROM objects").fetchall()
    columns = [f"json_extract_string(line, '$.{name}') AS {_known_name(name)}" for (name,) in keys]
    connection.execute(f"CREATE TEMP TABLE raw AS SELECT {', '.join(['row', *columns])} FROM objects")  # noqa: S608 - checked names


def _known_name(name: str) -> str:
    try:
        return quality.column(name)
    except ValueError as error:
        raise FaultyFile(f"a field named {name[:64]!r}") from error


_READERS = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}


def _encoding(path: Path) -> str:
    try:
        with path.open(encoding=_UTF8) as file:
            while file.read(_HASHED_AT_ONCE):
                pass
    except UnicodeDecodeError:
        return _GB18030
    return _UTF8


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Evidence as others see it: the commands, a provider's own log beside ours, and a check with nothing of the platform's."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from domains.exchange import test_evidence as kept
from domains.identity import cast
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.rules.evidence import write_line
from tongban.domains.exchange.services import sealing
from tongban.domains.exchange.types import DisagreementKind, FindingKind, LogLine
from tongban.foundation.signing import services as signing
from tongban.kernel.actors import PLATFORM

looked_anew = kept.looked_anew
pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "examples" / "check_evidence.py"


def their_log() -> list[LogLine]:
    """What an honest provider kept of our exchanges."""
    return [
        LogLine(
            exchange_id=row.pk,
            at=row.recorded_at,
            client="PLATFORM",
            resource=row.resource_id,
            request_hash=bytes(row.request_hash),
            response_hash=bytes(row.response_hash),
            outcome=row.outcome,
        )
        for row in models.ExchangeLog.objects.order_by("serial")
    ]


def verify(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = 0
    try:
        call_command("evidence_verify", *words)
    except SystemExit as ended:
        status = int(str(ended.code))
    told = capsys.readouterr()
    return status, told.out, told.err


def written(lines: list[LogLine], path: Path) -> Path:
    path.write_text("".join(write_line(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_command_says_that_all_is_whole_and_remembers_it(capsys: pytest.CaptureFixture[str]) -> None:
    kept.write(kept.city(), 5)
    kept.seal_all()

    status, told, _errors = verify(capsys=capsys)

    assert (status, told) == (0, "5 records, 5 sealed in 1 batches, 0 waiting, 0 problems\n")
    last = selectors.last_evidence_check()
    assert last is not None
    assert (last.entries, last.batches, last.problems) == (5, 1, 0)


def test_the_command_names_the_place_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    known = kept.write(kept.city(), 5)
    kept.seal_all()
    kept.execute("ALTER TABLE exchange_exchangelog DISABLE TRIGGER USER")
    kept.execute("UPDATE exchange_exchangelog SET purpose = 'OTHER' WHERE id = %s", known[2])
    kept.execute("ALTER TABLE exchange_exchangelog ENABLE TRIGGER USER")

    status, told, errors = verify(capsys=capsys)
    as_json = json.loads(verify("--json", capsys=capsys)[1])

    assert status == 1
    assert errors == f"batch 1: record {known[2]} was changed after it was sealed\n"
    assert told.endswith("1 problems\n")
    assert as_json["intact"] is False
    assert as_json["problems"] == [{"kind": "MODIFIED", "batch": 1, "exchange_id": str(known[2])}]


def test_two_logs_that_agree_are_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept.write(kept.city(), 6, is_logged=True)
    kept.seal_all()
    log = written(their_log(), tmp_path / "log.jsonl")

    status, told, errors = verify("--provider", "GA", "--provider-log", str(log), capsys=capsys)

    assert (status, errors) == (0, "")
    assert told.startswith("6 of their records beside ours: 0 disagreements, 0 of ours are later")
    assert selectors.list_findings(["GA"]) == ()


@pytest.mark.parametrize(
    ("kind", "falsify"),
    [
        (DisagreementKind.OURS_ONLY, lambda lines: lines[:2] + lines[3:]),
        (
            DisagreementKind.THEIRS_ONLY,
            lambda lines: [*lines[:2], replace(lines[2], exchange_id=uuid4()), *lines[2:]],
        ),
        (DisagreementKind.TWICE, lambda lines: [*lines[:3], lines[2], *lines[3:]]),
        (
            DisagreementKind.REQUEST,
            lambda lines: [*lines[:2], replace(lines[2], request_hash=b"x" * 32), *lines[3:]],
        ),
        (
            DisagreementKind.RESPONSE,
            lambda lines: [*lines[:2], replace(lines[2], response_hash=b"x" * 32), *lines[3:]],
        ),
        (
            DisagreementKind.OUTCOME,
            lambda lines: [*lines[:2], replace(lines[2], outcome="NOT_FOUND"), *lines[3:]],
        ),
        (DisagreementKind.WHO, lambda lines: [*lines[:2], replace(lines[2], client="SCJG"), *lines[3:]]),
        (
            DisagreementKind.TIME,
            lambda lines: [*lines[:2], replace(lines[2], at=lines[2].at + timedelta(minutes=6)), *lines[3:]],
        ),
    ],
)
def test_two_logs_that_disagree_are_a_finding_to_the_provider(
    kind: DisagreementKind,
    falsify: Callable[[list[LogLine]], list[LogLine]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept.write(kept.city(), 6, is_logged=True)
    log = written(falsify(their_log()), tmp_path / "log.jsonl")
    words = ("--provider", "GA", "--provider-log", str(log), "--json")

    status, told, _errors = verify(*words, capsys=capsys)
    verify(*words, capsys=capsys)

    assert status == 1
    assert {one["kind"] for one in json.loads(told)["comparison"]["disagreements"]} >= {kind.value}
    (finding,) = selectors.list_findings(["GA"])
    assert (finding.kind, finding.resource) == (FindingKind.DISAGREES, "T-PERSON")
    assert finding.reference.startswith("LOG-")


def test_records_that_no_provider_keeps_are_not_missed_in_its_log(tmp_path: Path) -> None:
    subject = kept.city()
    kept.write(subject, 2, is_logged=True)
    lines = their_log()
    kept.write(subject, 3)

    compared = services.compare_logs("GA", lines, reference="LOG-1", actor=PLATFORM, at=cast.NOW)

    assert (compared.ours, compared.theirs, compared.later, compared.disagreements) == (2, 2, 0, ())


def test_what_is_no_log_is_refused_with_its_line(tmp_path: Path) -> None:
    kept.city()
    log = tmp_path / "log.jsonl"
    log.write_text("{}\n")

    with pytest.raises(CommandError, match="line 1 is no entry of a log"):
        call_command("evidence_verify", "--provider", "GA", "--provider-log", str(log))
    with pytest.raises(CommandError, match="belong together"):
        call_command("evidence_verify", "--provider", "GA")
    assert selectors.list_findings(["GA"]) == ()


def test_exported_files_and_a_proof_hold_without_the_platform(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = kept.city()
    known = kept.write(subject, 7)
    kept.seal_all()
    kept.write(subject, 1)
    kept.seal_all()
    root = tmp_path / "root.der"
    batch = models.EvidenceBatch.objects.get(number=1)
    root.write_bytes(signing.chain(batch.key_id)[-1])
    proofs = []
    for nth in (0, 4, 6):
        call_command("evidence_proof", str(known[nth]))
        proofs.append(tmp_path / f"{nth}.json")
        proofs[-1].write_text(capsys.readouterr().out)

    def check(*files: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), str(root), str(sealing.export_folder()), *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = check(*proofs)
    forged = json.loads(proofs[1].read_text())
    forged["record"] = forged["record"].replace("0", "1", 1)
    proofs[1].write_text(json.dumps(forged))
    false = check(proofs[1])
    (path,) = sealing.export_folder().glob("*.jsonl")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    cut = check()

    assert (whole.returncode, whole.stdout) == (0, "2 batches hold\n"), whole.stderr
    assert (false.returncode, "does not reach the root" in false.stderr) == (1, True)
    assert (cut.returncode, "batch 2" in cut.stderr) == (1, True)


def test_a_record_that_is_not_sealed_or_not_there_has_no_proof() -> None:
    (known,) = kept.write(kept.city(), 1)

    with pytest.raises(services.NotSealedYet):
        services.prove_record(known)
    with pytest.raises(CommandError, match="RECORD_NOT_FOUND"):
        call_command("evidence_proof", str(uuid4()))


def test_a_record_that_was_changed_has_no_proof() -> None:
    (known,) = kept.write(kept.city(), 1)
    kept.seal_all()
    kept.execute("ALTER TABLE exchange_exchangelog DISABLE TRIGGER USER")
    kept.execute("UPDATE exchange_exchangelog SET purpose = 'OTHER'")
    kept.execute("ALTER TABLE exchange_exchangelog ENABLE TRIGGER USER")

    with pytest.raises(services.RecordNotInBatch):
        services.prove_record(known)

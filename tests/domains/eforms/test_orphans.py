"""Stored files that no row names: a crash leaves them, the sweep takes them, and nothing else."""

import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from domains.identity import cast
from tongban.domains.eforms import models, selectors, services, tasks
from tongban.domains.eforms.types import Draft
from tongban.foundation.storage import services as storage
from tongban.foundation.storage import sweeping
from tongban.foundation.storage.sweeping import sweep
from tongban.kernel.actors import Actor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = cast.NOW
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
OTHER_PDF = PDF + b"\n"
SLOT = "MT-CDSY:APPLICANT"


@pytest.fixture
def draft(zhang: Actor) -> Draft:
    return services.create_draft(
        purpose="OPEN_RESTAURANT", title="开办餐饮店", division="310115", facts={}, actor=zhang, at=NOW
    )


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def age(hours: float) -> None:
    """As if every file had been written so many hours ago."""
    then = time.time() - hours * 3600
    for path in files():
        os.utime(path, (then, then))


def attach(draft: Draft, actor: Actor, data: bytes = PDF) -> bytes:
    upload = services.attach(draft.id, SLOT, BytesIO(data), "合同.pdf", actor=actor, at=NOW)
    return selectors.open_attachment(upload.id).data


def crash(draft: Draft, actor: Actor, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """The file is stored, and the power goes before its row is written."""

    def power_cut(*_args: Any, **_fields: Any) -> None:
        raise SystemExit("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(models.Attachment.objects, "create", power_cut)
        with pytest.raises(SystemExit):
            attach(draft, actor, data)


def test_a_crash_between_file_and_row_leaves_a_file_that_goes_after_a_day(
    draft: Draft, zhang: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(draft, zhang, OTHER_PDF)
    kept = files()
    crash(draft, zhang, monkeypatch, PDF)
    assert len(files() - kept) == 1

    age(hours=23)
    assert sweep(older_than=DAY) == 0
    age(hours=25)
    tasks.sweep_orphans(0)

    assert files() == kept


def test_after_a_crash_the_same_upload_succeeds_and_stays(
    draft: Draft, zhang: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(draft, zhang, monkeypatch, PDF)
    age(hours=25)

    opened = attach(draft, zhang)
    age(hours=25)

    assert sweep(older_than=DAY) == 0
    assert opened == PDF
    assert len(files()) == 1


def test_an_upload_on_the_way_keeps_the_old_file_it_found(draft: Draft, zhang: Actor) -> None:
    attach(draft, zhang, OTHER_PDF)
    orphan = storage.put(PDF, media_type="application/pdf", purpose="test")
    age(hours=25)

    storage.put(PDF, media_type="application/pdf", purpose="test")

    assert sweep(older_than=DAY) == 0
    assert storage.read(orphan.key) == PDF


def test_an_upload_in_the_very_moment_of_the_sweep_gets_its_file_back(
    draft: Draft, zhang: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(draft, zhang, OTHER_PDF)
    orphan = storage.put(PDF, media_type="application/pdf", purpose="test")
    age(hours=25)
    rename = Path.rename

    def touched_just_before(path: Path, target: Path) -> Path:
        if path.name == orphan.key:
            storage.put(PDF, media_type="application/pdf", purpose="test")
        return rename(path, target)

    monkeypatch.setattr(sweeping.Path, "rename", touched_just_before)

    assert sweep(older_than=DAY) == 0
    assert storage.read(orphan.key) == PDF


def test_half_written_files_go_as_well(draft: Draft, zhang: Actor) -> None:
    attach(draft, zhang)
    (kept,) = files()
    kept.with_name(f".{kept.name}.0123").write_bytes(b"half")
    age(hours=25)

    assert sweep(older_than=DAY) == 1
    assert files() == {kept}


def test_a_database_that_names_no_file_deletes_none() -> None:
    storage.put(PDF, media_type="application/pdf", purpose="test")
    age(hours=25)

    assert sweep(older_than=DAY) == 0
    assert len(files()) == 1

"""Looks are judged once they are sealed: each once, and none is missed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domains.identity import cast
from foundation.test_audit import seal_all
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.events import AnotherPersonAnswered
from tongban.domains.exchange.services import registry
from tongban.domains.exchange.types import LookupRequest, Outcome
from tongban.domains.privacy import handlers, models, selectors, services
from tongban.domains.privacy.types import AlarmKind
from tongban.foundation.outbox.models import Message
from tongban.foundation.telemetry import PRIVACY_ALARMS
from tongban.kernel.actors import PLATFORM

ROW = {"code": "T-PERSON", "name": "人口信息", "provider": "GA", "sharing": "2", "fields": ["name"]}


class Register:
    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        del subject_id
        return dict.fromkeys(fields, "示例")


@pytest.fixture
def zhang(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Any:
    settings.AUDIT_HEADS = tmp_path / "heads"
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_default", [])
    monkeypatch.setattr(registry, "_cause_checks", [lambda **_: False])
    exchange.register_provider("T-PERSON", Register())
    cast.load_city()
    cast.department("GA")
    cast.department("SCJG", 2)
    exchange.load_resources([ROW], actor=PLATFORM, at=cast.NOW)
    return cast.zhang_san()


@pytest.mark.django_db(transaction=True)
def test_a_look_without_a_case_alerts_the_privacy_officer_once(zhang: Any) -> None:
    counted = PRIVACY_ALARMS.labels(AlarmKind.NO_LIVE_CASE.value)._value.get()
    asked = LookupRequest("T-PERSON", zhang.subject.id, ("name",), "NEWBORN", "没有的办件")
    refused = exchange.look_up(asked, actor=cast.wang_min(), at=cast.NOW)
    own = LookupRequest("T-PERSON", zhang.subject.id, ("name",), "NEWBORN", "PLAN-NEWBORN")
    exchange.look_up(own, actor=zhang.actor, at=cast.NOW)
    unsealed = services.judge_looks(at=cast.NOW)
    seal_all()

    first, again = services.judge_looks(at=cast.NOW), services.judge_looks(at=cast.NOW)

    assert refused.outcome is Outcome.NOT_ALLOWED
    assert (unsealed, first, again) == ((0, False), (1, False), (0, False))
    (alarm,) = selectors.list_alarms(is_open=True, limit=10)
    assert (alarm.kind, alarm.department, alarm.subject_id, alarm.case_number) == (
        AlarmKind.NO_LIVE_CASE,
        "SCJG",
        zhang.subject.id,
        "没有的办件",
    )
    assert Message.objects.filter(subscriber="privacy.tell_officer/AlarmsRaised").count() == 1
    assert PRIVACY_ALARMS.labels(AlarmKind.NO_LIVE_CASE.value)._value.get() == counted + 1
    looks = selectors.list_looks(zhang.subject.id, selectors.Wanted(), limit=10).looks
    assert [(one.is_without_case, one.is_sealed, one.outcome) for one in looks] == [
        (False, True, "FOUND"),
        (True, True, "NOT_ALLOWED"),
    ]


@pytest.mark.django_db
def test_another_persons_record_is_one_alarm_however_often_it_is_told(zhang: Any) -> None:
    event = AnotherPersonAnswered(uuid4(), "T-PERSON", "GA", zhang.subject.id, "1", cast.NOW)

    handlers.raise_alarm(event, cast.NOW)
    handlers.raise_alarm(event, cast.NOW)

    (alarm,) = selectors.list_alarms(is_open=True, limit=10)
    assert (alarm.kind, alarm.exchange_id, alarm.department) == (
        AlarmKind.OTHER_SUBJECT,
        event.exchange_id,
        "GA",
    )
    assert Message.objects.filter(subscriber="privacy.tell_officer/AlarmsRaised").count() == 1


@pytest.mark.django_db
def test_pages_of_looks_follow_each_other_without_gap(zhang: Any) -> None:
    asked = LookupRequest("T-PERSON", zhang.subject.id, ("name",), "NEWBORN", "1")
    wang = cast.wang_min()
    for _ in range(5):
        exchange.look_up(asked, actor=wang, at=cast.NOW)
    seen: list[int] = []
    before = None

    for _ in range(3):
        page = selectors.list_looks(zhang.subject.id, selectors.Wanted(), before=before, limit=2)
        seen += [one.id for one in page.looks]
        before = (page.next_at, page.next_id) if page.next_at and page.next_id else None

    assert seen == sorted(seen, reverse=True)
    assert (len(seen), before) == (5, None)
    assert models.Alarm.objects.count() == 0

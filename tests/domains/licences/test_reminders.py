"""A licence that runs out within sixty days is told to its holder once."""

from datetime import date, timedelta
from typing import Any

import pytest

from domains.identity import cast
from domains.licences.library import load_types, request
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, services
from tongban.domains.messaging import selectors as messaging
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
LAST = date(2026, 5, 1)  # sixty days after the tests' day


@pytest.fixture
def holder() -> Subject:
    load_types()
    return cast.small_restaurant()


def issue(holder: Subject, valid_to: date, **changes: Any) -> None:
    licence = services.issue(request(holder, **changes), actor=PLATFORM, at=cast.NOW)
    models.Licence.objects.filter(pk=licence.id).update(valid_to=valid_to)


def test_it_is_told_once_with_the_way_to_renew(holder: Subject) -> None:
    issue(holder, LAST)

    assert services.remind_expiring(at=cast.NOW) == 1
    assert services.remind_expiring(at=cast.NOW + timedelta(days=1)) == 0

    [message] = messaging.inbox([holder.id])
    assert message.title == "食品经营许可证还有 60 天到期"
    assert "用到2026年4月30日为止" in message.body
    assert "/guide/310131001001/" in message.next_action


@pytest.mark.parametrize("valid_to", [LAST + timedelta(days=1), date(2026, 3, 2)])
def test_neither_too_early_nor_after_its_end(holder: Subject, valid_to: date) -> None:
    issue(holder, valid_to, issued_on=date(2021, 3, 2))

    assert services.remind_expiring(at=cast.NOW) == 0
    assert messaging.inbox([holder.id]) == []


def test_one_that_does_not_hold_is_not_reminded_of(holder: Subject) -> None:
    issue(holder, LAST)
    models.Licence.objects.update(status="CANCELLED")

    assert services.remind_expiring(at=cast.NOW) == 0


def test_a_missed_day_is_made_up_for(holder: Subject) -> None:
    issue(holder, LAST)

    assert services.remind_expiring(at=cast.NOW + timedelta(days=30)) == 1

    [message] = messaging.inbox([holder.id])
    assert message.title == "食品经营许可证还有 30 天到期"

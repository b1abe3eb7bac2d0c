"""The story of the restaurant against a running server: real log-ins, forms and uploads; the clock jumps."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from tongban.demo.walkthrough import play
from tongban.demo.walkthrough.account import Account
from tongban.demo.walkthrough.browser import Browser, StepFailed
from tongban.demo.walkthrough.stories import RESTAURANT
from tongban.domains.catalogue.types import Rule

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def city(tmp_path: Path, settings: pytest.FixtureRequest, transactional_db: None) -> None:
    """The sample city, committed, at nine in the morning of 2 March 2026."""
    settings.BUSINESS_CLOCK = tmp_path / "clock.json"  # type: ignore[attr-defined]
    call_command("demo_seed")


@pytest.fixture
def account(city: None, live_server: object) -> Account:
    told: list[str] = []
    played = play.play(live_server.url, say=told.append, stories=(RESTAURANT,))  # type: ignore[attr-defined]
    assert len(told) > len(played.steps), "each step is told as it is taken"
    return played


def test_the_restaurant_opens_as_the_plan_promised(account: Account) -> None:
    report = account.packages[0]
    assert account.ok, [step for step in account.steps if not step.ok]
    assert report.code == "OPEN_RESTAURANT"
    assert len(report.cases) == len(report.licences) == 3
    assert 0 < report.elapsed_days <= report.promised_days == 5
    assert report.fields_prefilled > 0
    rules = {one.name: one.rule for one in report.materials_not_asked}
    assert rules["营业执照"] == Rule.IN_LICENCE_LIBRARY
    assert not set(report.materials_asked) & set(rules)
    doors = {step.door for step in account.steps}
    assert doors == {"portal", "console", "plan"}
    assert [step.at for step in account.steps] == sorted(step.at for step in account.steps)
    assert set(account.as_json()) == {"ok", "steps", "packages"}


def test_a_wrong_password_is_a_step_that_failed(city: None, live_server: object) -> None:
    browser = Browser(live_server.url)  # type: ignore[attr-defined]
    with pytest.raises(StepFailed):
        browser.sign_in("zhangsan", "not-the-password")
    browser.close()

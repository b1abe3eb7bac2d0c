"""An empty database becomes a city by the commands of docs/first-city.md, in their order."""

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command, get_commands
from django.test import Client

from tongban.config import cli
from tongban.demo import seeding
from tongban.domains.catalogue.selectors import guides
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Division
from tongban.domains.identity import selectors as identity
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.foundation.audit import models as audit
from tongban.kernel.divisions import national_divisions
from tongban.kernel.instants import SHANGHAI
from tongban.sites.shared.visitors import STORE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "first-city.md"
NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
PASSWORD = "Lange-Phrase-2026!x"
LIFE_EVENT, FOOD, CITY, PUDONG = "OPEN_RESTAURANT", "310131001001", "3101", "310115"
OUTSIDE = {"migrate", "check", "serve", "worker"}
"""What the test database and the test client stand for."""


def commands() -> list[list[str]]:
    """The command lines of the page."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split()[1:] for line in lines if line.startswith("tongban ")]


@pytest.fixture
def clean_caches() -> Iterator[None]:
    def forget() -> None:
        standards.forget_dictionary()
        guides.forget_guides()
        lifeevents.get_package_version.cache_clear()
        STORE.clear()

    forget()
    yield
    forget()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The sample city's three files: its offices in all districts, one life event and the guides that it needs."""
    package = content(f"packages/{LIFE_EVENT}")
    items = {item["basic_code"] for item in package["items"]}
    organisation = seeding.organisation(CITY, districts())
    whole = {
        **{
            name: content(name)
            for name in ("elements", "material_types", "licence_types", "systems", "resources")
        },
        "departments": organisation["departments"],
        "guides": [content(f"guides/{item}") for item in sorted(items)],
    }
    for name, written in (("organisation", organisation), ("catalogue", whole), ("packages", [package])):
        (tmp_path / f"{name}.json").write_text(json.dumps(written), encoding="utf-8")
    return tmp_path


def districts() -> list[Division]:
    below = national_divisions().below(CITY)
    return [Division(code, name, CITY) for code, name in below if len(code) == len(PUDONG)]


def content(name: str) -> Any:
    return json.loads((seeding.DATA / f"{name}.json").read_text(encoding="utf-8"))


def run(words: list[str]) -> str:
    """What the command prints; it ends with 0."""
    out = StringIO()
    group, verb, *rest = words
    assert f"{group}_{verb}" in get_commands(), words
    call_command(f"{group}_{verb}", *rest, stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_an_empty_database_becomes_a_city(files: Path, clean_caches: None) -> None:
    said: dict[str, str] = {}
    with clock.standing_at(NOW), chdir(files):
        for words in commands():
            if words[0] not in OUTSIDE and words[0] != "db":
                said[" ".join(words)] = run(words)
        again = run(["organisations", "import", "organisation.json"])

        organisation = json.loads((files / "organisation.json").read_text(encoding="utf-8"))
        rows = sum(len(part) for part in organisation.values())
        assert_every_step_did_its_part(said, rows)
        assert again == f"{rows} rows: 0 created, 0 changed, {rows} unchanged, 0 refused"
        assert_the_first_operator_comes_in(said["officers invite yuxiangdong"])
        assert_a_citizen_registers_and_sees_the_guide()
        assert audit.Entry.objects.filter(action="IMPORT_ORGANISATION").count() == 1


def assert_every_step_did_its_part(said: dict[str, str], rows: int) -> None:
    assert list(said) == [
        "organisations import organisation.json --dry-run",
        "organisations import organisation.json",
        "catalogue import catalogue.json",
        "packages import packages.json",
        "catalogue check",
        "officers invite yuxiangdong",
        "officers invite",
    ]
    outcomes = list(said.values())
    assert outcomes[0].startswith(f"{rows} rows: {rows} would be created")
    assert outcomes[1].startswith(f"{rows} rows: {rows} created")
    assert outcomes[2].endswith("0 refused")
    assert outcomes[3] == "1 rows: 1 created, 0 changed, 0 unchanged, 0 refused"
    assert outcomes[4].endswith("0 hard")
    assert len(outcomes[6].splitlines()) == len(content("people")["officers"])
    assert len(directory.list_districts()) == len(districts())


def assert_the_first_operator_comes_in(invitation: str) -> None:
    browser = Client()
    link = urlsplit(invitation.split("\t")[-1]).path
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": PASSWORD, "password2": PASSWORD})

    browser.post("/login/", {"login": "YuXiangDong", "password": PASSWORD})

    answer = browser.get("/console/", follow=True)
    assert answer.status_code == 200
    assert "俞向东" in answer.content.decode()
    assert not [one for one in identity.officers_without_password(at=clock.now()) if one.name == "俞向东"]


def assert_a_citizen_registers_and_sees_the_guide() -> None:
    browser = Client()
    form = {"username": "newcomer", "email": "newcomer@example.com"}
    answer = browser.post("/signup/", {**form, "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302

    assert f"/events/{LIFE_EVENT}/" in browser.get("/search/?q=开饭店").content.decode()
    guide = browser.get(f"/guide/{PUDONG}/{FOOD}/").content.decode()
    assert "浦东新区政务服务中心" in guide
    assert "综合窗口01" in guide
    assert browser.get(f"/events/{LIFE_EVENT}/questions/").status_code == 200


def test_the_page_names_only_commands_that_there_are() -> None:
    known = {*get_commands(), *cli._own_commands(), "serve", "db_start"}

    for words in commands():
        joined = "_".join(words[:2])
        assert words[0] in known or joined in known, words

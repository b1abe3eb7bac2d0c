"""广安: the real list of a Sichuan county as a second region, whose guides stand on another portal."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites.city import NOW, City
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services as cataloguing
from tongban.domains.catalogue.selectors import guides as kept
from tongban.domains.directory.models import Division
from tongban.kernel.actors import PLATFORM

REGION = "511602"
OTHERS_GUIDE = re.compile(r'href="(http://www\.sczwfw\.gov\.cn/[^"]+)"')


@pytest.fixture(scope="module")
def beside(built_city: City, django_db_blocker: Any) -> Iterator[None]:
    """The county's list beside the city's own, until the last test of this file."""
    folder = Path(__file__).resolve().parents[4] / "shared/data/sichuan_guangan"
    if not folder.is_dir():
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"public data not there: {folder.name} beside the repository")
    with django_db_blocker.unblock(), transaction.atomic():
        _name_the_county()
        with (folder / "items.json").open("rb") as file:
            report = cataloguing.import_sichuan(file, actor=PLATFORM, at=NOW)
        assert report.created == 1_132
        yield
        transaction.set_rollback(True)
    kept.forget_guides()


@pytest.fixture
def guangan(beside: None, visitor: Client) -> Client:
    """A visitor of that city."""
    kept.forget_guides()
    return visitor


def _name_the_county() -> None:
    """The tests' small city knows two districts only; a real one has the nation's."""
    province = Division.objects.create(code="51", name="四川省", level="2", parent=None, is_local=False)
    city = Division.objects.create(code="5116", name="广安市", level="3", parent=province, is_local=False)
    Division.objects.create(code=REGION, name="广安区", level="4", parent=city, is_local=False)


def test_the_county_can_be_searched_and_is_not_mixed_in(guangan: Client) -> None:
    here = guangan.get("/search/", {"q": "生育服务登记"}).content.decode()
    there = guangan.get("/search/", {"q": "生育服务登记", "region": REGION}).content.decode()

    assert 'aria-current="true">本市</a>' in here
    assert "sczwfw" not in here
    assert 'aria-current="true">广安区</a>' in there
    assert OTHERS_GUIDE.search(there)
    assert "指南在另一个网站" in there
    assert "谁来办" not in there, "the list does not say for whom an item is"


def test_suggestions_are_of_the_region_that_is_searched(guangan: Client) -> None:
    asked: Any = {"q": "生育服务登记", "region": REGION}

    assert "sczwfw" in guangan.get("/search/suggestions/", asked).content.decode()
    assert "sczwfw" not in guangan.get("/search/suggestions/", {"q": "生育服务登记"}).content.decode()


def test_its_guide_says_only_what_its_list_says_and_links_out(guangan: Client) -> None:
    (hit, *_more) = catalogue.search("企业投资项目备案", region=REGION).hits
    page = guangan.get(f"/guide/{REGION}/{hit.code}/").content.decode()

    assert f"广安区 · {hit.department}" in page
    assert OTHERS_GUIDE.search(page)
    assert "这个事项的办事指南在另一个网站" in page
    for invented in ("多少钱", "不用带材料", "不用跑", "个工作日", "看其他区的指南", "咨询电话"):
        assert invented not in page


def test_its_departments_and_the_county_list_what_they_do(guangan: Client) -> None:
    department = catalogue.list_items(REGION, NOW.date())[0].department
    kept.forget_guides()

    with CaptureQueriesContext(connection) as queries:
        county = guangan.get(f"/districts/{REGION}/").content.decode()
    body = guangan.get(f"/departments/{department}/").content.decode()

    assert county.count('<li class="hit">') == 1_132
    assert len(queries) < 20
    assert 0 < body.count('<li class="hit">') < 1_132
    assert "工作日" not in county

"""What an applicant need not bring: said on the receipt and the timeline, each with its rule and source."""

from collections.abc import Callable, Mapping
from uuid import UUID

import pytest
from django.test import Client

from sites.city import City
from sites.portal import walk
from tongban.domains.cases.models import WaivedMaterial
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.services import registry
from tongban.foundation.outbox import testing as outbox

pytestmark = pytest.mark.django_db


class Broken:
    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        raise exchange.ProviderDown(f"no answer about {subject_id}")


def hand_in(browser: Client, before: Callable[[], object] = lambda: None) -> str:
    draft = walk.complete(browser)
    before()
    number = walk.hand_in(browser, draft)
    outbox.drain()
    return number


def test_receipt_and_timeline_say_what_need_not_be_brought_and_why(zhang_san: Client, city: City) -> None:
    number = hand_in(zhang_san)

    for address in (f"/applications/{number}/", f"/applications/{number}/receipt/"):
        page = zhang_san.get(address).content.decode()
        assert "不用您交的材料" in page
        assert "电子证照库里有，不用交" in page
        assert "部门之间能查到，不用交" in page
        assert "已从示例市市场监督管理局·经营主体登记信息调取" in page


def test_a_register_that_is_down_is_told_in_plain_words_and_nothing_is_asked(
    zhang_san: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = hand_in(zhang_san, lambda: monkeypatch.setitem(registry._providers, "FR-ENTITY", Broken()))

    page = zhang_san.get(f"/applications/{number}/").content.decode()

    assert "示例市市场监督管理局·经营主体登记信息暂时没有应答，系统会一直再取，最晚等到2026年3月5日。" in page
    assert "不用您做什么，有进展会发消息" in page
    assert "请补交" not in page


def test_what_is_spared_stays_out_of_the_form(zhang_san: Client, city: City) -> None:
    draft = walk.complete(zhang_san)
    shown = zhang_san.get(f"{draft}materials/").content.decode()
    number = walk.hand_in(zhang_san, draft)

    spared = WaivedMaterial.objects.filter(case__application__number=number)

    assert spared.count() >= 5
    for one in spared:
        assert f'value="{one.slot}"' not in shown

"""我的证照: whose licences, what each page says, reports to the issuer."""

from datetime import date
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites.city import NOW, City
from sites.conftest import sign_in
from tongban.domains.identity import services as identifying
from tongban.domains.licences import models, selectors
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import ConsentAsk, IssueRequest, Licence, NewUse, UseKind
from tongban.kernel.actors import PLATFORM, Actor, ActorKind


def page_of(browser: Client, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status
    return unescape(response.content.decode())


def firms_licence(city: City) -> Licence:
    return selectors.list_for_holders([city.subjects["xiaoguan"]])[0]


def issue(city: City, who: str, **changes: object) -> Licence:
    values = {
        "licence_type": "XWZ",
        "holder_id": city.subjects[who],
        "holder_name": "张三",
        "issuer": "JYJ",
        "case_number": None,
        "issued_on": date(2025, 3, 20),
        "valid_years": 1,
        "fields": {"name": "张三"},
    }
    return licences.issue(IssueRequest(**{**values, **changes}), actor=PLATFORM, at=NOW)  # type: ignore[arg-type]


def test_the_wallet_groups_hers_her_childrens_and_her_firms(zhang_san: Client, city: City) -> None:
    child = identifying.register_newborn(
        name="示例宝",
        birth_date=date(2026, 2, 20),
        mother=city.subjects["zhangsan"],
        father=None,
        actor=PLATFORM,
        at=NOW,
    )
    fields = {"name": "示例宝"}
    licences.issue(
        IssueRequest("YFJZZ", child.id, "示例宝", "WJW", None, date(2026, 3, 2), None, fields),
        actor=PLATFORM,
        at=NOW,
    )

    page = page_of(zhang_san, "/my/licences/")

    titles = [part.split("<")[0] for part in page.split('<h2 id="group-')[1:]]
    headings = [part.split(">")[1] for part in titles]
    assert headings[0] == "企业：示例小馆"  # in whose name she acts now
    assert {"我的", "孩子：示例宝"} < set(headings)


def test_an_empty_wallet_says_how_licences_get_here(city: City) -> None:
    browser = sign_in(city, "lisi")
    models.StatusEntry.objects.filter(licence__holder=city.subjects["lisi"]).delete()
    models.Licence.objects.filter(holder=city.subjects["lisi"]).delete()

    assert "由发证部门录入电子证照库后也会出现" in page_of(browser, "/my/licences/")


def test_a_licence_that_runs_out_within_sixty_days_says_so(zhang_san: Client, city: City) -> None:
    card = models.Licence.objects.filter(holder=city.subjects["zhangsan"], licence_type="SFZ")
    card.update(valid_to=date(2026, 3, 20))

    page = page_of(zhang_san, "/my/licences/")
    assert "还有 18 天到期。" in page
    assert '<a href="/guide/310709005001/">去办延续' in page


def test_one_licence_shows_what_it_says_and_who_used_it(zhang_san: Client, city: City) -> None:
    licence = firms_licence(city)
    use = NewUse(
        licence.number, UseKind.FETCHED, "浦东新区消防救援支队", "公众聚集场所检查", "XF", "CASE-1", ("name",)
    )
    licences.record_uses([use], actor=PLATFORM, at=NOW)

    page = page_of(zhang_san, f"/my/licences/{licence.number}/")

    assert "示例小馆" in page
    for words in ("浦东新区消防救援支队", "公众聚集场所检查", "CASE-1", "部门办件时调取", "名称"):
        assert words in page.split("证照使用记录")[2]


def test_anothers_licence_looks_like_none(li_si: Client, city: City) -> None:
    number = firms_licence(city).number

    for address in (f"/my/licences/{number}/", f"/my/licences/{number}/report/", "/my/licences/1.2.3/"):
        assert li_si.get(address).status_code == 404


def test_an_error_is_reported_once_and_shown_with_its_day(zhang_san: Client, city: City) -> None:
    number = firms_licence(city).number
    posted = {"kind": "error", "text": "经营范围写错了"}

    first = zhang_san.post(f"/my/licences/{number}/report/", posted)
    again = zhang_san.post(f"/my/licences/{number}/report/", posted)

    assert first["Location"] == f"/my/licences/{number}/"
    assert again.status_code == 422
    assert "经营范围写错了" in again.content.decode()
    page = page_of(zhang_san, f"/my/licences/{number}/")
    assert "2026年3月16日（周一）前答复" in page.replace(" ", "")
    assert models.Report.objects.count() == 1


def test_a_refusal_without_a_place_comes_back_with_what_was_typed(zhang_san: Client, city: City) -> None:
    number = firms_licence(city).number

    response = zhang_san.post(
        f"/my/licences/{number}/report/", {"kind": "refused", "text": "前台要看纸质的", "place": ""}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#f-place"' in page
    assert "前台要看纸质的" in page
    assert models.Report.objects.count() == 0


def test_the_wallet_takes_as_many_statements_for_more_licences(zhang_san: Client, city: City) -> None:
    def statements() -> int:
        zhang_san.get("/my/licences/")
        with CaptureQueriesContext(connection) as taken:
            assert zhang_san.get("/my/licences/").status_code == 200
        return len(taken)

    few = statements()
    for _count in range(15):
        issue(city, "zhangsan", valid_years=5)

    assert statements() == few <= 12


def test_one_licence_shows_who_asked_to_use_its_kind(zhang_san: Client, city: City) -> None:
    office = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "示例", department="XFJY-310115")
    ask = ConsentAsk(
        city.subjects["xiaoguan"], "消防检查", {"YYZZ": ("name",)}, is_once=True, until=date(2026, 4, 1)
    )
    consent = licences.ask_consent(ask, actor=office, at=NOW)
    number = firms_licence(city).number

    page = page_of(zhang_san, f"/my/licences/{number}/")

    assert f'href="/my/consents/{consent.id}/"' in page
    assert "用途：消防检查" in page


def test_an_agent_opens_the_licences_her_mandate_names_and_not_those_of_a_narrower_one(
    zhang_san: Client, li_si: Client, city: City
) -> None:
    number = firms_licence(city).number
    posted = {"kind": "AGENT", "name": "李四", "number": "310104188911031037", "until": "2026-06-30"}

    zhang_san.post("/my/mandates/", {**posted, "scope": "OPEN_RESTAURANT"})
    narrow = li_si.get(f"/my/licences/{number}/").status_code
    zhang_san.post("/my/mandates/", {**posted, "scope": "LICENCES"})

    assert narrow == 404
    assert "委托您的：示例小馆" in page_of(li_si, "/my/licences/")
    assert "营业执照" in page_of(li_si, f"/my/licences/{number}/")
    assert "出示证照、答复用证申请" in page_of(zhang_san, "/my/mandates/")

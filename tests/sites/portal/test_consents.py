"""用证授权: asked, given, refused, withdrawn; read by the firm that asked, once or for a term."""

from datetime import date
from html import unescape
from uuid import UUID

from django.test import Client

from sites.city import NOW, City
from sites.conftest import sign_in
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import models, selectors, services
from tongban.domains.licences.types import Consent, ConsentAsk, ConsentStatus, UseKind
from tongban.kernel.actors import Actor, ActorKind


def ask_of_lin_xiao(browser: Client, city: City, **changes: object) -> tuple[int, str]:
    """示例小馆 asks 林晓 for her identity card; status and page."""
    posted: dict[str, object] = {
        "type": "SFZ",
        "name": "林晓",
        "number": identity.get_number(city.subjects["linxiao"]),
        "purpose": "办理入职登记",
        "scope": ["name", "sex"],
        "extent": "once",
        "until": "2026-04-01",
    }
    response = browser.post("/my/consents/ask/", {**posted, **changes})
    return response.status_code, unescape(response.content.decode())


def only_consent() -> Consent:
    row = models.Consent.objects.get()
    return selectors.get_consent(row.pk)


def test_a_firm_asks_the_holder_agrees_and_it_reads_once(zhang_san: Client, city: City) -> None:
    lin_xiao = sign_in(city, "linxiao")

    assert ask_of_lin_xiao(zhang_san, city)[0] == 302
    address = f"/my/consents/{only_consent().id}/"
    asked = unescape(lin_xiao.get(address).content.decode())
    too_early = zhang_san.post(address, {"act": "fetch"}, follow=True).content.decode()
    lin_xiao.post(address, {"act": "give"})
    read = unescape(zhang_san.post(address, {"act": "fetch"}).content.decode())
    again = zhang_san.post(address, {"act": "fetch"}, follow=True).content.decode()

    assert "示例小馆申请用证" in asked
    assert "办理入职登记" in asked
    assert "不能再调取" in too_early
    assert "<dd>林晓</dd>" in read
    assert "示例市浦东新区示例路3号302室" not in read  # her address was not in the scope
    assert "不能再调取" in again
    assert only_consent().status is ConsentStatus.USED_UP
    [use] = selectors.list_uses_for([city.subjects["linxiao"]])
    assert (use.kind, use.used_by, use.fields) == (UseKind.CONSENTED, "示例小馆", ("name", "sex"))


def test_what_is_withdrawn_is_not_read_any_more(zhang_san: Client, city: City) -> None:
    lin_xiao = sign_in(city, "linxiao")
    ask_of_lin_xiao(zhang_san, city, extent="term")
    address = f"/my/consents/{only_consent().id}/"
    lin_xiao.post(address, {"act": "give"})
    zhang_san.post(address, {"act": "fetch"})

    lin_xiao.post(address, {"act": "withdraw"})
    page = zhang_san.post(address, {"act": "fetch"}, follow=True).content.decode()

    assert "不能再调取" in page
    assert len(selectors.list_uses_for([city.subjects["linxiao"]])) == 1


def test_a_name_that_does_not_fit_the_number_tells_nothing_and_asks_nobody(
    zhang_san: Client, city: City
) -> None:
    status, page = ask_of_lin_xiao(zhang_san, city, name="林小")

    assert status == 422
    assert 'href="#f-number"' in page
    assert 'value="办理入职登记"' in page
    assert models.Consent.objects.count() == 0


def test_each_fault_leads_to_its_field(zhang_san: Client, city: City) -> None:
    status, page = ask_of_lin_xiao(zhang_san, city, name="", number="1", purpose="", scope=[], until="")

    assert status == 422
    for name in ("name", "number", "purpose", "scope", "until"):
        assert f'href="#f-{name}"' in page


def test_the_firm_cannot_answer_for_the_holder(zhang_san: Client, city: City) -> None:
    ask_of_lin_xiao(zhang_san, city)

    zhang_san.post(f"/my/consents/{only_consent().id}/", {"act": "give"})

    assert only_consent().status is ConsentStatus.ASKED


def test_a_person_in_her_own_name_has_no_form_to_ask_with(city: City) -> None:
    lin_xiao = sign_in(city, "linxiao")

    assert lin_xiao.get("/my/consents/ask/?type=SFZ").status_code == 404
    assert "向持证人申请" not in lin_xiao.get("/my/consents/").content.decode()


def test_anothers_consent_looks_like_none(li_si: Client, city: City) -> None:
    office = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "示例", department="SCJG-310115")
    ask = ConsentAsk(
        city.subjects["linxiao"], "示例", {"SFZ": ("name",)}, is_once=True, until=date(2026, 4, 1)
    )
    consent = services.ask_consent(ask, actor=office, at=NOW)

    nothing = li_si.get(f"/my/consents/{UUID(int=7)}/")
    assert li_si.get(f"/my/consents/{consent.id}/").status_code == nothing.status_code == 404
    assert li_si.post(f"/my/consents/{consent.id}/", {"act": "give"}).status_code == 404
    assert only_consent().status is ConsentStatus.ASKED

from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from sites.city import NOW, City, open_account
from sites.conftest import sign_in
from sites.portal import walk
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import IssueRequest
from tongban.domains.messaging import sandbox
from tongban.domains.messaging import selectors as messaging
from tongban.domains.messaging import services as mail
from tongban.kernel.actors import PLATFORM

LI_SI = "310104188911031037"


def grant(browser: Client, **changes: str) -> int:
    posted = {
        "kind": "AGENT",
        "name": "李四",
        "number": LI_SI,
        "scope": "OPEN_RESTAURANT",
        "until": "2026-06-30",
    }
    return browser.post("/my/mandates/", {**posted, **changes}).status_code


def mandates_of(city: City) -> list[str]:
    return [one.agent.name for one in identity.mandates_for(city.subjects["xiaoguan"]) if one.kind == "AGENT"]


@pytest.mark.parametrize(
    "address", ["", "applications/", "licences/", "messages/", "drafts/", "mandates/", "looks/"]
)
def test_my_space_wants_a_log_in_and_comes_back(visitor: Client, zhang_san: Client, address: str) -> None:
    assert visitor.get(f"/my/{address}")["Location"] == f"/login/?next=/my/{address}"
    page = zhang_san.get(f"/my/{address}")
    assert page.status_code == 200
    assert page.content.decode().count("<h1") == 1


def test_one_acts_for_oneself_or_for_a_principal_and_nobody_else(zhang_san: Client, city: City) -> None:
    stranger = zhang_san.post("/my/acting-for/", {"subject": str(city.subjects["lisi"])})

    assert stranger.status_code == 404
    assert "张三 代 示例小馆" in zhang_san.get("/my/").content.decode()


def test_the_licences_of_the_firm_open_for_its_representative_only(zhang_san: Client, li_si: Client) -> None:
    page = zhang_san.get("/my/licences/").content.decode()
    address = page.split('.pdf"')[0].rsplit("/", 1)[1] + ".pdf"

    assert "营业执照" in page
    assert zhang_san.get(f"/my/licences/{address}").content.startswith(b"%PDF-")
    assert li_si.get(f"/my/licences/{address}").status_code == 404
    assert li_si.get("/my/licences/1.2.3.pdf").status_code == 404


def test_a_childs_licence_is_among_the_parents_and_opens_for_them_only(
    zhang_san: Client, li_si: Client, city: City
) -> None:
    child = identifying.register_newborn(
        name="示例宝",
        birth_date=date(2026, 2, 20),
        mother=city.subjects["zhangsan"],
        father=None,
        actor=PLATFORM,
        at=NOW,
    )
    licence = licences.issue(
        IssueRequest("YFJZZ", child.id, "示例宝", "WJW", None, date(2026, 3, 2), None, {"name": "示例宝"}),
        actor=PLATFORM,
        at=NOW,
    )
    zhang_san.post("/my/acting-for/", {"subject": str(city.subjects["zhangsan"])})

    assert "示例宝" in zhang_san.get("/my/licences/").content.decode()
    assert zhang_san.get(f"/my/licences/{licence.number}.pdf").status_code == 200
    assert li_si.get(f"/my/licences/{licence.number}.pdf").status_code == 404


def test_a_message_is_unread_until_it_is_opened(zhang_san: Client, city: City) -> None:
    subject = city.subjects["xiaoguan"]
    code, template = next(iter(messaging.templates().items()))
    names = {
        word.split("}")[0]: "示例"
        for text in (template.title, template.body, template.next_action)
        for word in text.split("{")[1:]
    }
    message = mail.send(code, to_subject=subject, context=names, at=NOW)

    listed = zhang_san.get("/my/messages/").content.decode()
    opened = zhang_san.get(f"/my/messages/{message.id}/")

    assert "未读" in listed
    assert opened.status_code == 200
    assert messaging.unread_count([subject]) == 0


def test_somebody_elses_message_looks_like_none(li_si: Client, city: City) -> None:
    code, template = next(iter(messaging.templates().items()))
    names = {
        word.split("}")[0]: "示例"
        for text in (template.title, template.body, template.next_action)
        for word in text.split("{")[1:]
    }
    message = mail.send(code, to_subject=city.subjects["xiaoguan"], context=names, at=NOW)

    assert li_si.get(f"/my/messages/{message.id}/").status_code == 404
    assert messaging.unread_count([city.subjects["xiaoguan"]]) == 1


def test_a_mandate_is_granted_used_and_revoked_at_the_next_request(
    zhang_san: Client, li_si: Client, city: City
) -> None:
    firm = {"subject": str(city.subjects["xiaoguan"])}
    assert li_si.post("/my/acting-for/", firm).status_code == 404

    assert grant(zhang_san) == 302
    assert li_si.post("/my/acting-for/", firm).status_code == 302
    assert "李四 代 示例小馆" in li_si.get("/my/").content.decode()
    revoke = (
        zhang_san.get("/my/mandates/").content.decode().split('class="inline-form" action="')[1].split('"')[0]
    )
    zhang_san.post(revoke)

    assert "李四 代 示例小馆" not in li_si.get("/my/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "310104188911031038"}, "f-number"),
        ({"name": "李五"}, "f-number"),
        ({"until": ""}, "f-until"),
        ({"until": (NOW - timedelta(days=3)).date().isoformat()}, "f-until"),
        ({"kind": "PARENT"}, "f-kind"),
    ],
)
def test_a_faulty_mandate_is_not_granted(
    zhang_san: Client, city: City, changes: dict[str, str], field: str
) -> None:
    posted = {"kind": "AGENT", "name": "李四", "number": LI_SI, "scope": "", "until": "2026-06-30", **changes}

    response = zhang_san.post("/my/mandates/", posted)

    assert response.status_code == 422
    assert f'href="#{field}"' in response.content.decode()
    assert mandates_of(city) == []


def test_who_looked_at_my_data_is_listed_with_the_reason(zhang_san: Client) -> None:
    walk.begin(zhang_san)

    page = zhang_san.get("/my/looks/").content.decode()

    assert "经营主体登记信息" in page
    assert "本人或代办人" in page


def test_an_account_without_a_person_identifies_first(city: City) -> None:
    city.accounts["newcomer"] = open_account("newcomer", "新人", None)
    browser = sign_in(city, "newcomer")
    identifying.register_person(name="孙新", number="11010519491231002X", actor=PLATFORM, at=NOW)

    assert browser.get("/my/")["Location"] == "/my/identify/"
    wrong = browser.post("/my/identify/", {"name": "孙旧", "number": "11010519491231002X"})
    right = browser.post("/my/identify/", {"name": "孙新", "number": "11010519491231002x"})

    assert wrong.status_code == 422
    assert right["Location"] == "/my/"
    assert browser.get("/my/").status_code == 200


def test_an_identity_belongs_to_one_account(city: City) -> None:
    city.accounts["second"] = open_account("second", "第二个", None)
    browser = sign_in(city, "second")

    response = browser.post("/my/identify/", {"name": "李四", "number": LI_SI})

    assert response.status_code == 422
    assert "已在另一个账号上实名" in response.content.decode()


def test_the_mailbox_shows_what_a_demo_did_not_send(visitor: Client) -> None:
    sandbox.SandboxBackend().send_messages(
        [EmailMessage("受理通知", "您的申请已经受理。", to=["a@example.cn"])]
    )

    page = visitor.get("/mailbox/").content.decode()

    assert "受理通知" in page
    assert "您的申请已经受理。" in page
    assert "a@example.cn" in page

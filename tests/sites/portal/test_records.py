"""我的信息 and 异议: from her page to the department's steward and back."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites import city as cities
from sites.city import NOW, City
from sites.conftest import sign_in
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange.services import registry
from tongban.domains.identity import services as identity
from tongban.domains.messaging import selectors as messaging
from tongban.domains.registers import models
from tongban.domains.registers.models import Person
from tongban.foundation import clock
from tongban.foundation.outbox.testing import drain
from tongban.kernel.actors import PLATFORM, Role

VALUE = {"resource": "RK-PERSON", "field": "ethnicity"}
WORDS = {"claimed": "壮族", "reason": "户口簿上是壮族", "evidence": "户口簿"}


def text_of(browser: Client, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, response
    return unescape(response.content.decode())


def steward(city: City, office: str) -> Client:
    name = f"steward-{uuid4().hex[:6]}"
    city.accounts[name] = cities.open_account(name, "石守真", None)
    identity.appoint_officer(
        account_id=city.accounts[name],
        department=office,
        post="科员",
        roles=[Role.DATA_STEWARD],
        actor=PLATFORM,
        at=NOW,
    )
    return sign_in(city, name)


@pytest.fixture
def lin(city: City) -> Client:
    return sign_in(city, "linxiao")


def test_she_sees_what_is_held_with_its_source_and_each_look_is_logged(lin: Client, city: City) -> None:
    before = len(exchange.list_looks(city.subjects["linxiao"], limit=100))

    page = text_of(lin, "/my/records/")

    assert "人口基本信息" in page
    assert "汉族" in page
    assert "field=ethnicity" in page
    assert len(exchange.list_looks(city.subjects["linxiao"], limit=100)) > before
    assert "看登记的信息" in text_of(lin, "/my/looks/")


def test_a_register_that_does_not_answer_is_named_and_what_is_typed_kept(
    lin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def fetch(self, *, subject_id: object, fields: tuple[str, ...]) -> None:
            raise registry.ProviderDown("down")

    monkeypatch.setitem(registry._providers, "RK-PERSON", Down())

    assert "人口基本信息现在没有应答" in text_of(lin, "/my/records/")
    refused = lin.post("/my/records/object/", {**VALUE, **WORDS})
    assert refused.status_code == 422
    assert "户口簿上是壮族" in unescape(refused.content.decode())
    assert not models.Objection.objects.exists()


def test_an_objection_goes_to_the_steward_and_its_answer_to_her(lin: Client, city: City) -> None:
    form = text_of(lin, "/my/records/object/?resource=RK-PERSON&field=ethnicity")
    assert "“民族”登记有误" in form

    empty = lin.post("/my/records/object/", {**VALUE, **WORDS, "reason": ""})
    assert empty.status_code == 422
    assert "壮族" in unescape(empty.content.decode())
    assert not models.Objection.objects.exists()

    assert lin.post("/my/records/object/", {**VALUE, **WORDS}).status_code == 302
    mine = text_of(lin, "/my/records/")
    assert "有异议" in mine
    assert "field=ethnicity" not in mine

    row = models.Objection.objects.get()
    address = f"/console/data/objections/{row.pk}/"
    police, other = steward(city, "GA"), steward(city, "SCJG")
    assert "1 份异议等着核实，其中 0 份已经超期" in text_of(police, "/console/data/objections/")
    assert "户口簿上是壮族" in text_of(police, address)
    assert police.get(f"/console/data/findings/{row.finding_id}/").headers["Location"] == address
    text_of(other, address, status=404)
    assert other.post(address, {"decision": "correct", "answer": "好"}).status_code == 404
    assert police.post(address, {"decision": "correct", "answer": " "}).status_code == 422
    assert models.Objection.objects.get().status == "OPEN"

    Person.objects.filter(pk=city.subjects["linxiao"]).update(ethnicity="壮族")
    decided = police.post(address, {"decision": "correct", "answer": "核对了户籍档案"})
    drain()

    assert decided.status_code == 302
    assert "核对了户籍档案" in messaging.inbox([city.subjects["linxiao"]])[0].body
    mine = text_of(lin, "/my/records/")
    assert "已更正" in mine
    assert "field=ethnicity" in mine


def test_a_late_answer_stands_out_for_both(lin: Client, city: City) -> None:
    lin.post("/my/records/object/", {**VALUE, **WORDS})
    police = steward(city, "GA")

    with clock.standing_at(NOW + timedelta(days=30)):
        assert "其中 1 份已经超期" in text_of(police, "/console/data/objections/")
        assert "答复已经超期" in text_of(lin, "/my/records/")


def test_a_value_that_is_not_there_leads_back(lin: Client) -> None:
    for query in ("", "?resource=NO&field=x", "?resource=FR-ENTITY&field=address"):
        response = lin.get(f"/my/records/object/{query}")
        assert response.headers["Location"] == "/my/records/"


def test_the_stewards_list_takes_the_same_queries_for_one_and_for_five(lin: Client, city: City) -> None:
    police = steward(city, "GA")
    counts = []
    for fields in (["ethnicity"], ["sex", "birth_date", "name", "household_address"]):
        for field in fields:
            lin.post("/my/records/object/", {**VALUE, **WORDS, "field": field})
        with CaptureQueriesContext(connection) as captured:
            text_of(police, "/console/data/objections/")
        counts.append(len(captured))

    assert models.Objection.objects.count() == 5
    assert counts[0] == counts[1]

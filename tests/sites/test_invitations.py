"""The first password of an officer, from the command to the console."""

from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from domains.identity import cast
from tongban.domains.identity import services
from tongban.foundation.audit import models as audit
from tongban.kernel.actors import PLATFORM

PASSWORD = "示例-Lange-Phrase-2026"


@pytest.fixture(autouse=True)
def officers(db: None) -> None:
    """Two officers, one of them with an e-mail address, and a private person."""
    cast.load_city()
    cast.department("SCJG")
    rows = [
        {"username": "sc0001", "name": "王敏", "department": "SCJG", "post": "科员", "roles": ["ACCEPTOR"]},
        {"username": "sc0002", "name": "钱一鸣", "department": "SCJG", "post": "科长", "roles": ["OPERATOR"]},
    ]
    rows[1]["email"] = "qian@example.com"
    report = services.import_organisation({"officers": rows}, actor=PLATFORM, at=cast.NOW)
    assert report.created == 2, report.findings
    cast.zhang_san()


def run(*words: str) -> list[list[str]]:
    """Lines of the answer, each in its columns."""
    out = StringIO()
    call_command(*words, stdout=out)
    return [line.split("\t") for line in out.getvalue().splitlines()]


def link_of(line: list[str]) -> str:
    assert line[-1].startswith(f"{django_settings.PUBLIC_URL}/")
    return urlsplit(line[-1]).path


def choose_password(client: Client, link: str) -> int:
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(address, {"password1": PASSWORD, "password2": PASSWORD}).status_code


def sign_in(client: Client, username: str) -> str:
    """Where she is led after signing in; empty when she is not."""
    answer = client.post("/login/", {"login": username, "password": PASSWORD})
    return answer.headers.get("Location", "")


def test_all_who_have_no_password_get_a_link_and_nobody_else() -> None:
    lines = run("officers_invite")

    assert [line[:3] for line in lines] == [["sc0001", "王敏", "SCJG"], ["sc0002", "钱一鸣", "SCJG"]]
    entries = audit.Entry.objects.filter(action="INVITE_OFFICER")
    assert [(one.actor_kind, one.object_type) for one in entries] == [
        ("PLATFORM", "identity.Account"),
    ] * 2


def test_the_link_leads_to_a_password_and_from_there_to_the_console() -> None:
    link = link_of(run("officers_invite", "SC0001")[0])

    assert choose_password(Client(), link) == 302

    assert sign_in(Client(), "sc0001") == "/console/"
    assert [line[0] for line in run("officers_invite")] == ["sc0002"]


def test_the_link_is_good_once() -> None:
    link = link_of(run("officers_invite", "sc0001")[0])
    choose_password(Client(), link)

    answer = Client().get(link)

    assert answer.status_code == 200
    assert 'name="password1"' not in answer.content.decode()


def test_whoever_has_an_address_gets_it_by_mail_and_it_is_not_printed() -> None:
    lines = run("officers_invite", "--mail")

    assert lines[1] == ["sc0002", "钱一鸣", "SCJG", "mailed to qian@example.com"]
    link_of(lines[0])
    (sent,) = mail.outbox
    assert sent.to == ["qian@example.com"]
    assert "sc0002" in sent.body
    assert f"{django_settings.PUBLIC_URL}/" in sent.body


def test_without_a_mail_server_production_mails_nobody(settings: Any) -> None:
    settings.IS_PRODUCTION = True
    settings.EMAIL_BACKEND = "tongban.domains.messaging.sandbox.SandboxBackend"

    with pytest.raises(CommandError, match="TONGBAN_SMTP_URL is not set"):
        run("officers_invite", "--mail")

    assert not audit.Entry.objects.filter(action="INVITE_OFFICER").exists()


def test_a_mail_server_that_is_away_leaves_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("away")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)

    lines = run("officers_invite", "sc0002", "--mail")

    link_of(lines[0])


@pytest.mark.parametrize("command", ["officers_invite", "officers_close"])
def test_a_private_person_and_a_stranger_are_no_officers(command: str) -> None:
    with pytest.raises(CommandError, match="nobody in post has the username nobody, zhangsan"):
        run(command, "sc0001", "zhangsan", "nobody")

    assert not audit.Entry.objects.filter(action__in=["INVITE_OFFICER", "CLOSE_ACCOUNT"]).exists()


def test_nobody_is_left_to_invite() -> None:
    for line in run("officers_invite"):
        choose_password(Client(), link_of(line))

    assert run("officers_invite") == [["every officer in post has a password"]]


def test_a_closed_officer_can_neither_sign_in_nor_use_her_link() -> None:
    first, second = run("officers_invite")
    choose_password(Client(), link_of(first))

    assert run("officers_close", "sc0001", "SC0002") == [["2 closed"]]

    assert sign_in(Client(), "sc0001") != "/console/"
    choose_password(Client(), link_of(second))
    assert sign_in(Client(), "sc0002") != "/console/"
    assert audit.Entry.objects.filter(action="CLOSE_ACCOUNT").count() == 2

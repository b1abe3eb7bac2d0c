"""What people and strangers send that will not do: nothing is lost of what was typed, and nothing of it gets further."""

import errno
import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from django.test import Client
from django.urls import reverse

from sites.city import PASSWORD, City
from sites.portal import walk
from tongban.domains.cases.models import Application, Case
from tongban.domains.eforms.models import Attachment
from tongban.domains.identity.models import Account
from tongban.foundation import logs
from tongban.foundation.audit.models import Entry
from tongban.foundation.outbox import services as outbox
from tongban.foundation.outbox.models import Message

TWO_HUNDRED_MEGABYTES = 200 * 1024 * 1024
AGREED = {"consent-TRUTH": "on", "consent-SHARING": "on"}


class Unread:
    """A body nobody may read."""

    def read(self, *_sizes: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def test_two_hundred_megabytes_are_refused_before_a_byte_is_read(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    walk.fill(zhang_san, draft)

    response = zhang_san.request(
        REQUEST_METHOD="POST",
        PATH_INFO=f"{draft}uploads/",
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(TWO_HUNDRED_MEGABYTES),
        **{"wsgi.input": Unread()},
    )

    assert response.status_code == 413
    assert "每个文件不能超过 20 MB" in response.content.decode()
    assert 'value="示例面馆"' in zhang_san.get(draft).content.decode()


def test_a_full_disk_is_said_and_nothing_is_kept(
    zhang_san: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = walk.begin(zhang_san)
    walk.fill(zhang_san, draft)
    slot = re.findall(r'name="slot" value="([^"]+)"', zhang_san.get(f"{draft}materials/").content.decode())[0]
    before = {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        response = zhang_san.post(f"{draft}uploads/", {"slot": slot, "file": walk.photo()})

    assert response.status_code == 422
    assert "存储空间暂时满了，这个文件没有保存" in response.content.decode()
    assert not Attachment.objects.filter(draft_id=UUID(draft.split("/")[2])).exists()
    assert {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()} == before
    assert 'value="示例面馆"' in zhang_san.get(draft).content.decode()
    assert zhang_san.post(f"{draft}uploads/", {"slot": slot, "file": walk.photo()}).status_code == 302


def test_a_form_begun_before_the_session_ran_out_is_resumed_after_the_log_in(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    typed = {**walk.TYPED, "revision": walk.revision(zhang_san, draft)}
    zhang_san.post(f"{draft}autosave/", typed, headers={"HX-Request": "true"})
    zhang_san.logout()

    sent = zhang_san.post(draft, {**typed, "revision": "2"})
    back = zhang_san.post(sent["Location"], {"login": "zhangsan", "password": PASSWORD})

    assert back["Location"] == draft
    page = zhang_san.get(draft).content.decode()
    assert 'value="示例面馆"' in page
    assert 'value="13800138000"' in page


def test_a_replayed_submission_is_the_same_application(zhang_san: Client) -> None:
    draft = walk.complete(zhang_san)
    number = walk.hand_in(zhang_san, draft)
    cases, events = Case.objects.count(), Message.objects.count()

    for _ in range(3):
        assert walk.hand_in(zhang_san, draft) == number

    assert (Case.objects.count(), Message.objects.count()) == (cases, events)


@pytest.mark.parametrize("token", [None, "a" * 32], ids=["no token", "foreign token"])
def test_a_forged_submission_changes_nothing(zhang_san: Client, token: str | None) -> None:
    draft = walk.complete(zhang_san)
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = zhang_san.cookies
    forger.cookies["csrftoken"] = "b" * 32

    response = forger.post(f"{draft}check/", AGREED | ({"csrfmiddlewaretoken": token} if token else {}))

    assert response.status_code == 403
    assert "已经保存的草稿都在" in response.content.decode()
    assert not Application.objects.exists()


def test_a_birth_date_in_the_future_is_refused_at_its_field(zhang_san: Client, city: City) -> None:
    browser = Client()
    browser.force_login(Account.objects.get(pk=city.accounts["wangmin"]))

    response = browser.post(reverse("portal:identify"), {"name": "未来", "number": "110101209001010011"})

    assert response.status_code == 422
    assert "出生日期晚于今天" in response.content.decode()


def test_nothing_of_a_person_is_in_logs_audit_or_events(
    zhang_san: Client, city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    personal = ("310115188605121017", "13800138000", "张三", "示例小馆")
    earlier = set(Message.objects.values_list("pk", flat=True))
    logs.configure_logs("DEBUG")
    try:
        structlog.get_logger("probe").info("probe", phone="13800138000")
        walk.hand_in(zhang_san, walk.complete(zhang_san))
        events = _payloads(earlier)
        while outbox.deliver_due():
            events += _payloads(earlier)
    finally:
        logs.configure_logs("ERROR")
    written = capsys.readouterr().err
    details = json.dumps(
        list(Entry.objects.values_list("detail", flat=True)), ensure_ascii=False, default=str
    )

    assert '"event": "probe"' in written
    assert '"case_number"' in events
    for secret in personal:
        assert secret not in written
        assert secret not in details
        assert secret not in events


def _payloads(earlier: set[int]) -> str:
    """What waits in the outbox and did not before."""
    found = Message.objects.exclude(pk__in=earlier).values_list("payload", flat=True)
    return json.dumps(list(found), ensure_ascii=False)


def test_every_write_of_a_submission_says_who_did_it(zhang_san: Client, city: City) -> None:
    walk.hand_in(zhang_san, walk.complete(zhang_san))

    entries = Entry.objects.filter(actor_id=city.accounts["zhangsan"])
    done = set(entries.values_list("action", flat=True))
    assert {"CASE_RECEIVE", "CREATE_DRAFT"} <= done
    assert set(entries.filter(action="CASE_RECEIVE").values_list("subject_id", flat=True)) == {
        city.subjects["xiaoguan"]
    }

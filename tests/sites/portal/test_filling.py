from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from sites.city import City
from sites.portal import walk
from tongban.domains.cases import selectors as cases
from tongban.domains.eforms import selectors as drafts

AGREED = {"consent-TRUTH": "on", "consent-SHARING": "on"}


def applications(city: City) -> int:
    return len(cases.list_applications([city.subjects["xiaoguan"]]))


def test_the_form_is_half_filled_and_says_from_where(zhang_san: Client) -> None:
    page = zhang_san.get(walk.begin(zhang_san)).content.decode()

    assert "已替您填好" in page
    assert 'value="示例小馆"' in page
    assert "来自示例市市场监督管理局·经营主体登记信息，2026年3月2日" in page


def test_a_number_from_the_register_is_masked_and_cannot_be_posted(zhang_san: Client, city: City) -> None:
    draft = walk.begin(zhang_san)

    page = zhang_san.get(draft).content.decode()
    walk.fill(zhang_san, draft, **{"LEGAL_REPRESENTATIVE.person.resident_id": "11010519491231002X"})

    assert "310115188605121017" not in page
    assert "3****************7" in page
    saved = drafts.list_drafts(city.subjects["zhangsan"])[0].answers[
        "LEGAL_REPRESENTATIVE.person.resident_id"
    ]
    assert saved.value == "310115188605121017"


def test_a_changed_value_keeps_what_the_register_said(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)

    walk.fill(zhang_san, draft, **{"ENTERPRISE.entity.address": "示例市浦东新区新址路1号"})

    assert "登记的是“示例市浦东新区示例路10号”" in zhang_san.get(draft).content.decode()


def test_autosave_says_when_and_lets_the_next_save_through(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    posted = {"PREMISES.premises.name": "示例面馆", "revision": walk.revision(zhang_san, draft)}

    response = zhang_san.post(f"{draft}autosave/", posted, headers={"HX-Request": "true"})

    page = response.content.decode()
    assert response.status_code == 200
    assert "已保存 2026年3月2日 09:00" in page
    assert f'name="revision" value="{walk.revision(zhang_san, draft)}"' in page
    assert 'value="示例面馆"' in zhang_san.get(draft).content.decode()


def test_a_second_device_is_told_and_overwrites_nothing(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    stale = walk.revision(zhang_san, draft)
    zhang_san.post(f"{draft}autosave/", {"PREMISES.premises.name": "第一台", "revision": stale})

    saved = zhang_san.post(f"{draft}autosave/", {"PREMISES.premises.name": "第二台", "revision": stale})
    posted = zhang_san.post(draft, {"PREMISES.premises.name": "第二台", "revision": stale})

    assert (saved.status_code, posted.status_code) == (409, 409)
    assert "这份表单刚在另一个页面或另一台设备上保存过" in posted.content.decode()
    assert 'value="第一台"' in zhang_san.get(draft).content.decode()


def test_what_is_wrong_is_listed_on_top_and_leads_to_its_field(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    posted = {**walk.TYPED, "HANDLER.person.phone": "123", "revision": walk.revision(zhang_san, draft)}

    response = zhang_san.post(draft, posted)

    page = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#f-HANDLER-person-phone">' in page
    assert 'id="f-HANDLER-person-phone"' in page
    assert 'value="123"' in page


def test_an_upload_is_kept_with_its_picture(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)

    walk.upload_all(zhang_san, draft)

    page = zhang_san.get(f"{draft}materials/").content.decode()
    assert "平面图.jpg" in page
    picture = page.split('<img src="')[1].split('"')[0]
    assert Image.open(BytesIO(zhang_san.get(picture).content)).format == "JPEG"


@pytest.mark.parametrize(
    ("name", "content"),
    [("合同.pdf", b"<html><script>alert(1)</script></html>"), ("空.pdf", b""), ("照片.exe", b"MZ\x90\x00")],
)
def test_a_bad_upload_is_refused_at_once_and_the_form_kept(
    zhang_san: Client, name: str, content: bytes
) -> None:
    draft = walk.begin(zhang_san)
    walk.fill(zhang_san, draft)
    slot = zhang_san.get(f"{draft}materials/").content.decode().split('name="slot" value="')[1].split('"')[0]

    response = zhang_san.post(f"{draft}uploads/", {"slot": slot, "file": SimpleUploadedFile(name, content)})

    page = response.content.decode()
    assert response.status_code == 422
    assert "有地方需要改一下" in page
    assert name not in page
    assert 'value="示例面馆"' in zhang_san.get(draft).content.decode()


def test_a_slot_the_form_does_not_have_takes_nothing(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)

    response = zhang_san.post(f"{draft}uploads/", {"slot": "MT-X:Y", "file": walk.photo()})

    assert response.status_code == 404


def test_an_upload_can_be_taken_back(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    walk.upload_all(zhang_san, draft)
    page = zhang_san.get(f"{draft}materials/").content.decode()
    remove = page.split('class="inline-form" action="')[1].split('"')[0]
    before = page.count("平面图.jpg</span><br>")

    zhang_san.post(remove)

    assert zhang_san.get(f"{draft}materials/").content.decode().count("平面图.jpg</span><br>") == before - 1


def test_nothing_goes_out_without_consent(zhang_san: Client, city: City) -> None:
    draft = walk.complete(zhang_san)

    response = zhang_san.post(f"{draft}check/", {"consent-TRUTH": "on"})

    assert response.status_code == 422
    assert 'href="#consent-SHARING"' in response.content.decode()
    assert applications(city) == 0


def test_an_incomplete_draft_is_sent_back_to_the_very_field(zhang_san: Client, city: City) -> None:
    draft = walk.begin(zhang_san)

    response = zhang_san.post(f"{draft}check/", AGREED)

    assert response.status_code == 422
    assert f'href="{draft}#f-PREMISES-premises-name"' in response.content.decode()
    assert f'href="{draft}materials/#f-' in response.content.decode()
    assert applications(city) == 0


def test_one_submission_opens_a_case_at_every_department(zhang_san: Client) -> None:
    number = walk.hand_in(zhang_san, walk.complete(zhang_san))

    page = zhang_san.get(f"/applications/{number}/receipt/").content.decode()
    assert "已经交上去了" in page
    assert "食品经营许可（餐饮服务）新办" in page
    assert "公众聚集场所投入使用、营业前消防安全检查" in page
    assert "<svg" in page


def test_pressing_twice_hands_in_once(zhang_san: Client, city: City) -> None:
    draft = walk.complete(zhang_san)

    first = zhang_san.post(f"{draft}check/", AGREED)
    second = zhang_san.post(f"{draft}check/", AGREED)

    assert second["Location"] == f"{first['Location']}?repeat"
    assert "没有重复提交" in zhang_san.get(second["Location"]).content.decode()
    assert applications(city) == 1


def test_a_draft_handed_in_is_not_filled_again(zhang_san: Client) -> None:
    draft = walk.complete(zhang_san)
    walk.hand_in(zhang_san, draft)

    assert zhang_san.get(draft)["Location"] == "/my/applications/"
    assert zhang_san.get(f"{draft}check/")["Location"] == "/my/applications/"


@pytest.mark.parametrize("path", ["", "materials/", "check/"])
def test_somebody_elses_draft_looks_like_none(zhang_san: Client, li_si: Client, path: str) -> None:
    draft = walk.begin(zhang_san)

    assert li_si.get(f"{draft}{path}").status_code == 404
    assert li_si.get("/drafts/01a20da3-3a57-7996-8c54-f4cf3b7baf72/").status_code == 404


def test_a_session_that_ran_out_leads_back_to_the_draft(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    zhang_san.logout()

    response = zhang_san.post(draft, walk.TYPED)

    assert response["Location"] == f"/login/?next={draft}"


def test_a_draft_can_be_thrown_away(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)

    zhang_san.post(f"{draft}discard/")

    assert zhang_san.get(draft).status_code == 404

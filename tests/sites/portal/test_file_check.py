"""查验证照文件: whoever was sent a file finds out what it is; nothing of it is kept."""

import json
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from domains.licences.library import GROUND
from sites.city import NOW, City
from tongban.domains.licences import models, selectors
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Licence
from tongban.kernel.actors import PLATFORM

ADDRESS = "/licences/check/"


@pytest.fixture
def licence(city: City) -> Licence:
    return selectors.list_for_holders([city.subjects["xiaoguan"]])[0]


def send(content: bytes, name: str = "licence.pdf") -> tuple[int, str]:
    response = Client().post(ADDRESS, {"file": SimpleUploadedFile(name, content)})
    return response.status_code, unescape(response.content.decode())


def test_a_visitor_finds_the_form() -> None:
    response = Client().get(ADDRESS)

    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert "<h1>查验证照文件</h1>" in page
    assert 'enctype="multipart/form-data"' in page


def test_the_download_is_the_original(zhang_san: Client, licence: Licence) -> None:
    pdf = zhang_san.get(f"/my/licences/{licence.number}.pdf")
    data = zhang_san.get(f"/my/licences/{licence.number}.json")

    assert (pdf["Content-Type"], data["Content-Type"]) == ("application/pdf", "application/json")
    for content, algorithm in ((pdf.content, "ES256"), (data.content, "SM2")):
        status, page = send(content)
        assert status == 200
        assert "文件没有被改动过，证照现在有效。" in page
        assert licence.number in page
        assert algorithm in page
        assert licence.holder_name not in page
    assert json.loads(data.content)["signature"]["algorithm"] == "SM2"


def test_a_cancelled_licence_has_a_genuine_file_and_cannot_be_used(licence: Licence) -> None:
    pdf = licences.sign_file(licence.number, actor=PLATFORM, at=NOW).pdf
    licences.cancel(licence.number, ground=GROUND, actor=PLATFORM, at=NOW)

    status, page = send(pdf)

    assert status == 200
    assert "文件没有被改动过，但这张证照现在不能用。" in page
    assert "已注销" in page


def test_an_altered_file_is_refused_in_words(licence: Licence) -> None:
    pdf = bytearray(licences.sign_file(licence.number, actor=PLATFORM, at=NOW).pdf)
    pdf[len(pdf) // 3] ^= 1
    kept = models.LicenceFile.objects.count()

    status, page = send(bytes(pdf))

    assert status == 422
    assert "文件在签名之后被改动过，不能采信。请持证人重新下载。" in page
    assert models.LicenceFile.objects.count() == kept


def test_without_a_file_the_page_says_so() -> None:
    response = Client().post(ADDRESS, {})

    assert response.status_code == 422
    assert "请先选择一个文件。" in unescape(response.content.decode())


def test_a_picture_is_no_licence_file() -> None:
    status, page = send(b"\x89PNG\r\n\x1a\n", "photo.png")

    assert status == 422
    assert "这不是证照文件。" in page

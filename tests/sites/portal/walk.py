"""Steps every test of the one form takes: from the plan to a complete draft, as a browser would post them."""

import re
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

FACTS = {
    "division": "310115",
    "shop.area_m2": "320",
    "food.cold_dishes": "no",
    "food.raw_food": "no",
    "shop.sells_tobacco": "no",
    "shop.has_signboard": "yes",
    "shop.discharges_sewage": "no",
}
QUERY = "&".join(f"{key}={value}" for key, value in FACTS.items())
TYPED = {
    "PREMISES.premises.name": "示例面馆",
    "PREMISES.premises.address": "示例市浦东新区示例路10号",
    "PREMISES.premises.tenure": "RENTED",
    "PREMISES.premises.street": "310115007",
    "PREMISES.premises.kitchen_area_m2": "40",
    "PREMISES.premises.seats": "60",
    "PREMISES.premises.floor": "1",
    "PREMISES.food.manager_name": "张三",
    "PREMISES.food.staff": "8",
    "PREMISES.fire.manager_name": "张三",
    "PREMISES.fire.exits": "2",
    "HANDLER.person.name": "张三",
    "HANDLER.person.phone": "13800138000",
}


def photo(name: str = "平面图.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (60, 40), (200, 220, 240)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def begin(browser: Client) -> str:
    """Address of a fresh draft."""
    response = browser.post(f"/events/OPEN_RESTAURANT/apply/?{QUERY}")
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def revision(browser: Client, draft: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', browser.get(draft).content.decode())
    assert found
    return found[1]


def shown_values(page: str) -> dict[str, str]:
    """What a browser would post back: text inputs, chosen options, checked radios."""
    values = dict(
        re.findall(
            r'<input[^>]*? name="([A-Z_]+\.[^"]+)"[^>]*? type="(?:text|date|tel)"[^>]*? value="([^"]*)"', page
        )
    )
    for name, value in re.findall(
        r'<input[^>]*? name="([A-Z_]+\.[^"]+)" type="radio" value="([^"]*)" checked', page
    ):
        values[name] = value
    return values


def fill(browser: Client, draft: str, **changes: str) -> int:
    """Post the whole form; the status it was answered with."""
    posted = {**TYPED, **changes, "revision": revision(browser, draft)}
    return browser.post(draft, posted).status_code


def upload_all(browser: Client, draft: str) -> None:
    page = browser.get(f"{draft}materials/").content.decode()
    for slot in re.findall(r'name="slot" value="([^"]+)"', page):
        response = browser.post(f"{draft}uploads/", {"slot": slot, "file": photo()})
        assert response.status_code == 302, response.content.decode()


def complete(browser: Client) -> str:
    """Address of a draft that lacks nothing but the consents."""
    draft = begin(browser)
    assert fill(browser, draft) == 302
    upload_all(browser, draft)
    return draft


def hand_in(browser: Client, draft: str) -> str:
    """Number of the application."""
    response = browser.post(f"{draft}check/", {"consent-TRUTH": "on", "consent-SHARING": "on"})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"]).split("/")[2]

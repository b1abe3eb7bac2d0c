"""How a process of its own begins in an empty home: with the small city, and 张三 in his browser for 示例小馆.

Whoever imports it has set up Django.
"""

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from sites import city as cities
from sites.city import City
from tongban.domains.identity.models import Account
from tongban.foundation import clock


def settle() -> tuple[City, Client]:
    call_command("migrate", verbosity=0)
    assert settings.BUSINESS_CLOCK is not None, "a demo's home"
    clock.set_standing(settings.BUSINESS_CLOCK, cities.NOW)
    city = cities.build()
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.force_login(Account.objects.get(pk=city.accounts["zhangsan"]))
    browser.post("/my/acting-for/", {"subject": str(city.subjects["xiaoguan"])})
    return city, browser

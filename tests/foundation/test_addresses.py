"""Where a request of ours may go."""

import socket
from typing import Any

import pytest

from tongban.foundation import addresses


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server of our own."""
    known: dict[str, list[str]] = {"dept.example": ["93.184.216.34"]}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, **more: Any) -> Any:
        found = known.get(host)
        if found is None:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(0, 0, 0, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


def test_the_request_goes_to_the_address_that_was_judged(names: dict[str, list[str]]) -> None:
    target = addresses.judge("https://dept.example/hook?a=1")

    assert target == addresses.Target("https://93.184.216.34:443/hook?a=1", "dept.example", "dept.example")


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_private_addresses_are_refused(names: dict[str, list[str]], address: str) -> None:
    names["inside.example"] = [address]
    names["both.example"] = ["93.184.216.34", address]

    for host in ("inside.example", "both.example"):
        with pytest.raises(addresses.AddressRefused):
            addresses.judge(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://dept.example/",
        "ftp://dept.example/",
        "file:///etc/passwd",
        "https://user@dept.example/",
        "https://dept.example:0/",
        "https://dept.example:99999/",
        "https:///path",
        "https://dept.example/#part",
        "https://dept.example/a b",
        "https://[::1/",
    ],
)
def test_other_than_plain_https_is_refused(names: dict[str, list[str]], url: str) -> None:
    with pytest.raises(addresses.AddressRefused):
        addresses.judge(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://[::1]/"])
def test_in_production_this_machine_is_refused(names: dict[str, list[str]], settings: Any, url: str) -> None:
    addresses.judge(url)
    settings.IS_PRODUCTION = True

    with pytest.raises(addresses.AddressRefused):
        addresses.judge(url)


def test_a_configured_government_network_is_open_for_https_only(
    names: dict[str, list[str]], settings: Any
) -> None:
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    names["gov.example"] = ["10.20.1.1"]

    assert addresses.judge("https://gov.example/").url == "https://10.20.1.1:443/"
    with pytest.raises(addresses.AddressRefused):
        addresses.judge("http://gov.example/")


def test_a_database_stands_in_a_configured_network_or_beside_a_demo(
    names: dict[str, list[str]], settings: Any
) -> None:
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    names["db.example"] = ["10.20.1.1"]
    assert addresses.judge_database("db.example", 5432, is_encrypted=True) == "10.20.1.1"
    assert addresses.judge_database("/run/sockets", 5432, is_encrypted=False) == ""

    settings.IS_PRODUCTION = True

    for host, is_encrypted in (("db.example", False), ("dept.example", True), ("/run/sockets", True)):
        with pytest.raises(addresses.AddressRefused):
            addresses.judge_database(host, 5432, is_encrypted=is_encrypted)

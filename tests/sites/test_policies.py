import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, path

from sites.city import City
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.sites.shared import policies
from tongban.sites.shared.policies import Policy, policy_of, routes


def test_every_route_has_a_policy() -> None:
    found = list(routes())

    assert len(found) > 60
    assert [pattern.name for pattern in found if policy_of(pattern) is None] == []


def test_a_route_without_a_policy_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    naked = path("naked/", lambda request: None, name="naked")
    monkeypatch.setattr(policies, "routes", lambda: iter([naked]))

    (error,) = policies.every_route_has_a_policy()

    assert error.id == "tongban.E001"
    assert "naked" in error.msg


def test_an_officers_page_looks_like_none_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.http import Http404, HttpResponse

    view = policies.officer(Role.DECIDER)(lambda request: HttpResponse("decided"))
    request = RequestFactory().get("/console/")
    request.user = type("Account", (), {"is_authenticated": True})()  # type: ignore[assignment]

    def acting(kind: ActorKind, *roles: Role) -> None:
        actor = Actor(kind=kind, account_id=None, name="", roles=frozenset(roles))
        monkeypatch.setattr(policies, "actor_of", lambda _request: actor)

    acting(ActorKind.CITIZEN)
    with pytest.raises(Http404):
        view(request)
    acting(ActorKind.OFFICER, Role.ACCEPTOR)
    with pytest.raises(Http404):
        view(request)
    acting(ActorKind.OFFICER, Role.DECIDER)
    assert view(request).status_code == 200


def argument_free(policy: Policy) -> list[URLPattern]:
    return [
        pattern
        for pattern in routes()
        if policy_of(pattern) is policy
        and pattern.name
        and not pattern.pattern.converters
        and not pattern.pattern.regex.groups
    ]


def test_nobody_enters_a_citizens_page_unasked(visitor: Client) -> None:
    from django.urls import reverse

    pages = argument_free(Policy.CITIZEN)
    assert len(pages) >= 8
    for pattern in pages:
        answer = visitor.get(reverse(f"portal:{pattern.name}"))
        assert answer.status_code in (302, 405), pattern.name
        if answer.status_code == 302:
            assert answer["Location"].startswith("/login/"), pattern.name


def test_an_officer_without_an_own_person_is_led_to_prove_who_she_is(city: City) -> None:
    from sites.conftest import sign_in

    assert sign_in(city, "wangmin").get("/my/")["Location"] == "/my/identify/"

from datetime import timedelta

import pytest

from domains.identity import cast
from tongban.domains.identity import services
from tongban.domains.identity.types import MandateKind
from tongban.foundation.audit.models import Entry

pytestmark = pytest.mark.django_db


def test_every_write_names_who_did_it_and_whom_it_concerns() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    mandate = services.grant_mandate(
        kind=MandateKind.AGENT,
        principal=zhang.subject.id,
        agent=li.subject.id,
        valid_to=cast.NOW + timedelta(days=30),
        basis="授权委托书",
        actor=zhang.actor,
        at=cast.NOW,
    )
    services.revoke_mandate(mandate_id=mandate.id, actor=li.actor, at=cast.NOW)

    of_zhang = Entry.objects.filter(subject_id=zhang.subject.id).order_by("id")

    assert [(entry.action, entry.actor_name) for entry in of_zhang] == [
        ("REGISTER_SUBJECT", "平台"),
        ("BIND_SUBJECT", "平台"),
        ("GRANT_MANDATE", "张三"),
        ("REVOKE_MANDATE", "李四"),
    ]
    assert zhang.number not in repr(list(Entry.objects.values()))


def test_a_refusal_leaves_no_entry() -> None:
    zhang, li = cast.zhang_san(), cast.li_si()
    before = Entry.objects.count()

    with pytest.raises(services.MandateNotFound):
        services.grant_mandate(
            kind=MandateKind.AGENT,
            principal=zhang.subject.id,
            agent=li.subject.id,
            valid_to=cast.NOW + timedelta(days=30),
            basis="",
            actor=li.actor,
            at=cast.NOW,
        )

    assert Entry.objects.count() == before

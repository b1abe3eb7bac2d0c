from uuid import uuid4

import pytest

from domains.identity import cast
from tongban.kernel.actors import Actor, ActorKind


@pytest.fixture
def zhang() -> Actor:
    person = cast.zhang_san().subject
    return Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=person.id, acting_for=person.id)

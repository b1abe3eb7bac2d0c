import pytest

from domains.identity import cast
from domains.licences import library
from tongban.domains.identity.types import Subject


@pytest.fixture
def holder() -> Subject:
    library.load_types()
    return cast.small_restaurant()

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.kernel import merkle

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 31, 33)


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(n).encode()) for n in range(count)]


def as_in_the_rfc(entries: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word by word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\x01" + as_in_the_rfc(entries[:split]) + as_in_the_rfc(entries[split:])).digest()


@pytest.mark.parametrize("count", [0, *SIZES])
def test_the_root_is_that_of_the_rfc(count: int) -> None:
    assert merkle.root(leaves(count)) == as_in_the_rfc([str(n).encode() for n in range(count)])


@pytest.mark.parametrize("count", SIZES)
def test_every_leaf_reaches_the_root_by_its_path(count: int) -> None:
    made = leaves(count)

    for index, leaf in enumerate(made):
        assert merkle.root_by_path(leaf, index, count, merkle.path(made, index)) == merkle.root(made)


@given(st.integers(2, 40), st.data())
def test_another_leaf_place_or_path_does_not_reach_it(count: int, data: st.DataObject) -> None:
    made = leaves(count)
    index = data.draw(st.integers(0, count - 1))
    path = merkle.path(made, index)
    altered = data.draw(st.integers(0, len(path) - 1))
    other = [*path[:altered], merkle.leaf_hash(b"x"), *path[altered + 1 :]]

    assert merkle.root_by_path(merkle.leaf_hash(b"x"), index, count, path) != merkle.root(made)
    assert merkle.root_by_path(made[index], index, count, other) != merkle.root(made)


def test_a_path_of_another_length_is_refused() -> None:
    made = leaves(5)
    path = merkle.path(made, 1)

    for wrong in (path[:-1], [*path, path[0]]):
        with pytest.raises(ValueError, match=r"short|too many"):
            merkle.root_by_path(made[1], 1, 5, wrong)
    with pytest.raises(ValueError, match="leaf 5 of 5"):
        merkle.root_by_path(made[1], 5, 5, path)

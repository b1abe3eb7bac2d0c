from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.kernel.ids import CaseId, new_id
from tongban.kernel.money import ZERO, InexactMoney, Money, Rounding


@given(st.integers(-(10**14), 10**14))
def test_fen_round_trip(fen: int) -> None:
    assert Money.from_fen(fen).to_fen() == fen


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_sums_are_exact(left: int, right: int) -> None:
    total = Money.from_fen(left) + Money.from_fen(right)

    assert total.to_fen() == left + right
    assert total - Money.from_fen(right) == Money.from_fen(left)
    assert Money.from_fen(left) + -Money.from_fen(left) == ZERO


def test_equal_amounts_are_equal_however_they_were_written() -> None:
    assert Money(Decimal("1")) == Money(Decimal("1.00"))
    assert hash(Money(Decimal("1"))) == hash(Money(Decimal("1.00")))
    assert str(Money(Decimal("1234.5"))) == "1,234.50元"


def test_a_fraction_of_a_fen_needs_a_named_rounding() -> None:
    with pytest.raises(InexactMoney):
        Money(Decimal("0.005"))
    with pytest.raises(InexactMoney):
        Money(Decimal("NaN"))

    third = Money.rounded(Decimal("0.005"), Rounding.HALF_UP)
    assert third.to_fen() == 1
    assert Money.rounded(Decimal("0.005"), Rounding.HALF_EVEN) == ZERO
    assert Money.from_fen(10).times(Decimal("0.33"), Rounding.DOWN).to_fen() == 3
    assert Money.from_fen(10).times(Decimal("0.33"), Rounding.UP).to_fen() == 4


def test_ids_are_uuid_version_7_in_order_of_creation() -> None:
    ids = [CaseId(new_id()) for _number in range(50)]

    assert {identifier.version for identifier in ids} == {7}
    assert sorted(ids) == ids
    assert len(set(ids)) == 50

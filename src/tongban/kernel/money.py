"""Money in yuan (CNY), exact to the fen."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import Enum
from typing import ClassVar, Self

from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop

FEN = Decimal("0.01")


class Rounding(Enum):
    """How a fraction of a fen is settled; named wherever it happens."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN
    UP = ROUND_UP


class InexactMoney(TongbanError):
    """An amount that is not a whole number of fen, or not a finite number."""

    code: ClassVar[str] = "INEXACT_MONEY"
    default_sentence: ClassVar[str] = gettext_noop("金额最多只能有两位小数。请检查后重新填写。")


@dataclass(frozen=True, order=True)
class Money:
    """An amount in yuan; ``Money(Decimal("0.005"))`` raises :class:`InexactMoney`."""

    amount: Decimal

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount != self.amount.quantize(FEN):
            raise InexactMoney(f"{self.amount} is not a whole number of fen")
        object.__setattr__(self, "amount", self.amount.quantize(FEN))

    @classmethod
    def from_fen(cls, fen: int) -> Self:
        return cls(Decimal(fen) * FEN)

    @classmethod
    def rounded(cls, amount: Decimal, rounding: Rounding) -> Self:
        """The amount settled to a whole fen by the named rounding."""
        return cls(amount.quantize(FEN, rounding=rounding.value))

    def to_fen(self) -> int:
        return int(self.amount / FEN)

    def times(self, factor: Decimal | int, rounding: Rounding) -> Self:
        return type(self).rounded(self.amount * factor, rounding)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + other.amount)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - other.amount)

    def __neg__(self) -> Self:
        return type(self)(-self.amount)

    def __str__(self) -> str:
        return f"{self.amount:,.2f}元"


ZERO = Money(Decimal(0))

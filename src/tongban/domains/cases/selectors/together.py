"""The rows below a case in the case's own statement: a dossier of eight tables costs one round trip."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Field, Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject

Row = TypeVar("Row", bound=Model)


def rows_below(rows: QuerySet[Row], *columns: str, link: str = "case") -> ArraySubquery:
    """An annotation of a query of cases: the columns of the rows that point to each case, in the order of `rows`."""
    return in_one_column(rows.filter(**{link: OuterRef("pk")}), *columns)


def in_one_column(rows: QuerySet[Row], *columns: str) -> ArraySubquery:
    """The columns of rows that refer to the outer query themselves, in the order of `rows`."""
    return ArraySubquery(rows.values(_row=JSONObject(**{name: name for name in columns})))


def read_rows(model: type[Row], found: Iterable[Mapping[str, object]]) -> tuple[Row, ...]:
    """The annotated rows as instances with the values of their fields; a column that was not asked for is unset."""
    return tuple(
        model(**{name: _field(model, name).to_python(value) for name, value in row.items()}) for row in found
    )


def _field(model: type[Model], name: str) -> "Field[object, object]":
    field = model._meta.get_field(name)
    assert isinstance(field, Field), f"{name} of {model.__name__} is no column"
    return field

"""Model fields for data that must not lie readable in the database, and for the names of stored files."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from tongban.foundation import crypto


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # takes no arguments at run time  # type: ignore[type-arg]  # generic for the type checker only
    """Text encrypted at rest, bound to its table and column. It cannot be searched: keep a `crypto.lookup_hash` beside it."""

    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        prepared = super().get_db_prep_save(value, connection)
        return None if prepared is None else crypto.encrypt(prepared, self._context())

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> str | None:
        return None if value is None else crypto.decrypt(value, self._context())


class StorageKeyField(models.CharField):  # type: ignore[type-arg]  # generic for the type checker only
    """The key of a stored file; a file that no such column names is swept away."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 64, **options})

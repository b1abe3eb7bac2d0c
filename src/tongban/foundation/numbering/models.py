from typing import ClassVar

from django.db import models


class Counter(models.Model):
    """The next serial of one scheme and scope that no process has reserved yet."""

    scheme = models.CharField(max_length=40)
    scope = models.CharField(max_length=100)
    next_serial = models.BigIntegerField()

    class Meta:
        db_table = "numbering_counter"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "scope"], name="numbering_counter_of_scope")
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.scope}: {self.next_serial}"

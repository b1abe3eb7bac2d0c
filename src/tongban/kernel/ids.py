"""Typed identifiers: NewTypes over UUID, created in time order (UUIDv7, RFC 9562)."""

from typing import NewType
from uuid import UUID

from uuid6 import uuid7

CaseId = NewType("CaseId", UUID)
ApplicationId = NewType("ApplicationId", UUID)
SubjectId = NewType("SubjectId", UUID)
ItemId = NewType("ItemId", UUID)
ItemVersionId = NewType("ItemVersionId", UUID)
OfficerId = NewType("OfficerId", UUID)
DepartmentId = NewType("DepartmentId", UUID)
LicenceId = NewType("LicenceId", UUID)
DraftId = NewType("DraftId", UUID)
PackageId = NewType("PackageId", UUID)
AttachmentId = NewType("AttachmentId", UUID)


def new_id() -> UUID:
    """A fresh UUIDv7: wrap it in the NewType it stands for, ``CaseId(new_id())``."""
    return UUID(int=uuid7().int)

"""Tables of the licence library: types, licences and their history."""

from tongban.domains.licences.models.catalogue import LicenceType
from tongban.domains.licences.models.library import Licence, StatusEntry

__all__ = ["Licence", "LicenceType", "StatusEntry"]

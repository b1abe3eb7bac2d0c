"""Tables of the exchange: resources, grants, the log of every look-up and what was found wrong."""

from tongban.domains.exchange.models.access import Grant
from tongban.domains.exchange.models.catalogue import Resource, Sharing
from tongban.domains.exchange.models.evidence import ExchangeLog
from tongban.domains.exchange.models.findings import Finding
from tongban.domains.exchange.models.ways import Way

__all__ = ["ExchangeLog", "Finding", "Grant", "Resource", "Sharing", "Way"]

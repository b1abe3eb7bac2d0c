"""Pure rules of the exchange."""

from tongban.domains.exchange.rules.lookups import look_up_fault, unknown_fields

__all__ = ["look_up_fault", "unknown_fields"]

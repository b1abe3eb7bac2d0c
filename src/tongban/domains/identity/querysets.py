"""Which rows are in force at an instant, as conditions: half-open terms, `valid_from <= at < valid_to`."""

from datetime import datetime

from django.db.models import Q


def in_term(at: datetime) -> Q:
    return Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))


def post_in_force(at: datetime) -> Q:
    """Appointments within their term, of accounts that are open."""
    return in_term(at) & Q(account__is_active=True)


def mandate_in_force(at: datetime) -> Q:
    """Mandates within their term and not yet revoked; a revocation counts from its own instant."""
    return in_term(at) & (Q(revoked_at__isnull=True) | Q(revoked_at__gt=at))

"""Who answers for a resource, and who knows whether a cause is live; filled once, in `apps.ready`."""

from collections.abc import Callable
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.exchange.types import CauseCheck, Provider, RowStore, Scan
from tongban.kernel.errors import TongbanError

_providers: dict[str, Provider] = {}
_default: list[Callable[[str], Provider]] = []
_cause_checks: list[CauseCheck] = []
_row_store: list[RowStore] = []
_scan: list[Scan] = []


class ProviderDown(TongbanError):
    """The department's register does not answer; raised by a provider, turned into UNAVAILABLE."""

    code: ClassVar[str] = "PROVIDER_DOWN"
    default_sentence: ClassVar[str] = gettext_noop("数据提供部门的系统暂时没有应答。请稍后再试，或自行填写。")


def register_provider(resource_code: str, provider: Provider) -> None:
    """Let a provider answer for a resource; the last one registered answers."""
    _providers[resource_code] = provider


def register_default_provider(make: Callable[[str], Provider]) -> None:
    """Let `make(resource_code)` answer for every resource that has no provider of its own."""
    _default[:] = [make]


def register_cause_check(check: CauseCheck) -> None:
    """Let a higher domain say whether a cause is live business; one yes is enough."""
    if check not in _cause_checks:
        _cause_checks.append(check)


def provider_for(resource_code: str) -> Provider | None:
    """The resource's own provider, else the default one; None when there is neither."""
    own = _providers.get(resource_code)
    if own is not None or not _default:
        return own
    return _default[0](resource_code)


def cause_checks() -> tuple[CauseCheck, ...]:
    return tuple(_cause_checks)


def register_row_store(store: RowStore, scan: Scan) -> None:
    """Let a register keep the rows of batch files, and give back all it holds for the quality rules."""
    _row_store[:], _scan[:] = [store], [scan]


def row_store() -> RowStore:
    (store,) = _row_store
    return store


def scan() -> Scan:
    (found,) = _scan
    return found

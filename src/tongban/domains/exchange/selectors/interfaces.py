"""Which doors of the platform systems use; whoever keeps a door registers in `apps.ready`."""

from tongban.domains.exchange.types import Interface, InterfaceSource

_sources: list[InterfaceSource] = []


def register_interface_source(source: InterfaceSource) -> None:
    """Let whoever keeps doors say which there are."""
    if source not in _sources:
        _sources.append(source)


def list_interfaces() -> tuple[Interface, ...]:
    """Every interface that anybody keeps."""
    return tuple(one for source in _sources for one in source())

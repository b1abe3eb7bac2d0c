"""The application form as it was filled in, each answer with where it comes from."""

from dataclasses import dataclass

from tongban.domains.cases.types import Dossier
from tongban.domains.eforms.rules import element_of
from tongban.domains.eforms.types import Origin
from tongban.domains.standards import selectors as standards
from tongban.sites.console.acts.targets import field_label, group_words
from tongban.sites.console.words import provenance, value_words


@dataclass(frozen=True, slots=True)
class FieldLine:
    label: str
    value: str
    source: str
    is_prefilled: bool
    is_corrected: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class FieldGroup:
    title: str
    lines: tuple[FieldLine, ...]


def answers_of(dossier: Dossier) -> tuple[FieldGroup, ...]:
    elements = standards.elements()
    asked = {item.target for item in dossier.supplement}
    groups: dict[str, list[FieldLine]] = {}
    for key, answer in dossier.answers.items():
        element = element_of(key, elements)
        line = FieldLine(
            label=field_label(key),
            value=value_words(element, answer.value),
            source=provenance(element, answer),
            is_prefilled=answer.origin is Origin.PREFILLED,
            is_corrected=answer.origin is Origin.CORRECTED,
            is_asked=key in asked,
        )
        groups.setdefault(group_words(key), []).append(line)
    return tuple(FieldGroup(title, tuple(lines)) for title, lines in groups.items())

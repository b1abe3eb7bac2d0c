"""Condition trees: read, put in canonical form, decided in three values, explained, asked about.

A tree is ``{"all": […]} | {"any": […]} | {"not": node} | {"field", "op", "value", "clause"?, "at"?}``.
Kleene's logic is weaker than ordinary logic: ``x < 5 or x >= 5`` is unknown while x is.
"""

from tongban.kernel.conditions.canonical import canonical_form
from tongban.kernel.conditions.condition import Condition, Decision, compile_tree, compile_trees
from tongban.kernel.conditions.errors import ConditionError, ConditionFault
from tongban.kernel.conditions.explanation import (
    Explanation,
    LeafExplanation,
    MissingField,
    NodeExplanation,
    Provenance,
    expected_phrase,
    explain,
)
from tongban.kernel.conditions.facts import Facts, load_facts
from tongban.kernel.conditions.fields import (
    CodeScheme,
    FaultyField,
    Field,
    FieldDictionary,
    FieldType,
    read_fields,
)
from tongban.kernel.conditions.nearest import Change
from tongban.kernel.conditions.operators import Op
from tongban.kernel.conditions.predicates import Params
from tongban.kernel.conditions.questions import Dialogue, Questions, next_question, play_dialogue
from tongban.kernel.conditions.schema import CONDITION_SCHEMA

__all__ = [
    "CONDITION_SCHEMA",
    "Change",
    "CodeScheme",
    "Condition",
    "ConditionError",
    "ConditionFault",
    "Decision",
    "Dialogue",
    "Explanation",
    "Facts",
    "FaultyField",
    "Field",
    "FieldDictionary",
    "FieldType",
    "LeafExplanation",
    "MissingField",
    "NodeExplanation",
    "Op",
    "Params",
    "Provenance",
    "Questions",
    "canonical_form",
    "compile_tree",
    "compile_trees",
    "expected_phrase",
    "explain",
    "load_facts",
    "next_question",
    "play_dialogue",
    "read_fields",
]

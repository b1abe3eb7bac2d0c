"""Plan and next question over the conditions of a package: compiled conditions against a plain tree walk.

Run as ``python -m bench.kernel_conditions [--json]`` from the repository root. The baseline walks the same
trees recursively over the same facts, once for the verdict and once for what is missing; both must agree.
"""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import figures
from bench.figures import Figure
from tongban.kernel.conditions import Facts, compile_trees, load_facts, next_question, read_fields

TREES = 60
ROUNDS = 200
TARGET_MS = 5.0
SEED = 20260302

FIELDS = read_fields(
    {f"amount_{number}": {"type": "int"} for number in range(12)}
    | {f"is_{number}": {"type": "bool"} for number in range(12)}
    | {f"kind_{number}": {"type": "code"} for number in range(6)}
)
CODES = ["餐饮", "零售", "娱乐", "住宿"]

Answer = tuple[dict[str, bool | None], str | None]


def measure() -> list[Figure]:
    """p95 of one plan with its next question, in milliseconds, and the plain walk's in the same run."""
    rng = random.Random(SEED)  # noqa: S311  # sample trees, not secrets
    trees = {f"rule_{number:02}": _tree(rng, depth=3) for number in range(TREES)}
    conditions = compile_trees(trees, FIELDS)
    samples = [_facts(rng) for _round in range(ROUNDS)]

    def compiled(facts: Facts) -> Answer:
        questions = next_question(conditions, facts)
        verdicts = {name: decision.verdict for name, decision in questions.decisions.items()}
        return verdicts, questions.next_field

    for facts in samples:
        if compiled(facts) != _plain(trees, facts):
            raise SystemExit("the compiled conditions and the plain walk disagree")
    value, baseline = _p95_ms(compiled, samples), _p95_ms(lambda facts: _plain(trees, facts), samples)
    return [
        figures.at_most("plan and next question", value, "ms", TARGET_MS, baseline=baseline, digits=3),
    ]


def _p95_ms(work: Callable[[Facts], Answer], samples: list[Facts]) -> float:
    return figures.p95([figures.milliseconds(partial(work, facts)) for facts in samples])


def _tree(rng: random.Random, depth: int) -> dict[str, Any]:
    if depth == 0 or rng.random() < 0.2:
        return _leaf(rng)
    if rng.random() < 0.15:
        return {"not": _tree(rng, depth - 1)}
    return {rng.choice(["all", "any"]): [_tree(rng, depth - 1) for _child in range(rng.randint(2, 4))]}


def _leaf(rng: random.Random) -> dict[str, Any]:
    name = rng.choice(sorted(FIELDS))
    if name.startswith("amount"):
        return {"field": name, "op": rng.choice(["lt", "ge"]), "value": rng.randint(0, 500)}
    if name.startswith("is"):
        return {"field": name, "op": "eq", "value": rng.random() < 0.5}
    return {"field": name, "op": "in", "value": rng.sample(CODES, 2)}


def _facts(rng: random.Random) -> Facts:
    raw: dict[str, object] = {}
    for name in FIELDS:
        if rng.random() < 0.5:
            continue
        if name.startswith("amount"):
            raw[name] = rng.randint(0, 500)
        elif name.startswith("is"):
            raw[name] = rng.random() < 0.5
        else:
            raw[name] = rng.choice(CODES)
    return load_facts(raw, FIELDS)


def _plain(trees: dict[str, Any], facts: Facts) -> Answer:
    verdicts = {name: _verdict(tree, facts) for name, tree in trees.items()}
    needed: Counter[str] = Counter()
    for tree in trees.values():
        needed.update(_missing(tree, facts))
    return verdicts, min(needed, key=lambda field: (-needed[field], field), default=None)


def _verdict(tree: dict[str, Any], facts: Facts) -> bool | None:
    if "not" in tree:
        inner = _verdict(tree["not"], facts)
        return None if inner is None else not inner
    if "all" in tree:
        answers = [_verdict(child, facts) for child in tree["all"]]
        return False if False in answers else None if None in answers else True
    if "any" in tree:
        answers = [_verdict(child, facts) for child in tree["any"]]
        return True if True in answers else None if None in answers else False
    actual: Any = facts[tree["field"]]
    if actual is None:
        return None
    if tree["op"] == "lt":
        return bool(actual < tree["value"])
    if tree["op"] == "ge":
        return bool(actual >= tree["value"])
    return actual in tree["value"] if tree["op"] == "in" else bool(actual == tree["value"])


def _missing(tree: dict[str, Any], facts: Facts) -> set[str]:
    """The fields of unknown leaves all of whose ancestors are unknown."""
    if _verdict(tree, facts) is not None:
        return set()
    if "field" in tree:
        return {tree["field"]}
    found: set[str] = set()
    for child in tree.get("all") or tree.get("any") or [tree["not"]]:
        found |= _missing(child, facts)
    return found


if __name__ == "__main__":
    figures.run(__doc__, measure)

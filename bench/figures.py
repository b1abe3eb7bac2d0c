"""The one shape of the figures, how times are taken, and how a benchmark is run by itself."""

import argparse
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence

Figure = dict[str, object]
PERCENTILES = 20


def figure(
    name: str,
    value: float,
    unit: str,
    target: float,
    *,
    met: bool,
    baseline: float | None = None,
    ratio: float | None = None,
    digits: int = 2,
) -> Figure:
    """One line of ``script/bench --json``; without a baseline its two fields are null."""
    return {
        "name": name,
        "value": round(value, digits),
        "unit": unit,
        "target": target,
        "met": met,
        "baseline": None if baseline is None else round(baseline, digits),
        "ratio": None if ratio is None else round(ratio, 2),
    }


def at_most(
    name: str, value: float, unit: str, target: float, *, baseline: float | None = None, digits: int = 2
) -> Figure:
    """A time that should stay below its target; the ratio says how many times as long the baseline takes."""
    ratio = None if baseline is None else baseline / value
    met = value <= target
    return figure(name, value, unit, target, met=met, baseline=baseline, ratio=ratio, digits=digits)


def milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=PERCENTILES)[-1]


def line(one: Figure) -> str:
    """A figure as people read it."""
    against = "" if one["ratio"] is None else f", baseline {one['baseline']}, ratio {one['ratio']}"
    verdict = "met" if one["met"] else "NOT MET"
    return f"{one['name']}: {one['value']} {one['unit']} (target {one['target']}, {verdict}{against})"


def show(figures: Sequence[Figure], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"figures": figures}, ensure_ascii=False) + "\n")
        return
    for one in figures:
        sys.stdout.write(line(one) + "\n")


def run(description: str | None, measure: Callable[..., list[Figure]], scale: str = "") -> None:
    """The command of one benchmark. `scale` names the one number it can be told: how many items, cases or seconds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    if scale:
        parser.add_argument(f"--{scale}", type=int, help="so many, for a smaller or a larger run")
    told = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    as_json = bool(told.pop("json"))
    with contextlib.redirect_stdout(sys.stderr):  # Django's commands say what they do
        found = measure(**told)
    show(found, as_json=as_json)

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import figures

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "value", "unit", "target", "met", "baseline", "ratio"}


def test_benchmarks_without_a_database_answer_figures_of_one_shape():
    command = [sys.executable, "-m", "bench", "--json", "--quick", "kernel_conditions", "plan"]

    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, check=False, timeout=300
    )

    found = json.loads(done.stdout)["figures"]
    assert len(found) == 5
    assert [set(figure) for figure in found] == [KEYS] * len(found)
    slowest = max(figure["value"] for figure in found[1:4])
    assert found[4]["value"] == slowest
    assert all(isinstance(figure["value"], float) and figure["value"] > 0 for figure in found)
    assert [figure["ratio"] is None for figure in found] == [False, True, True, True, True]


def test_what_a_benchmark_says_while_it_runs_is_not_taken_for_its_figures(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure() -> list[figures.Figure]:
        sys.stdout.write("Cache table already exists.\n")
        return [figures.at_most("sample", 1.0, "ms", 2.0)]

    monkeypatch.setattr(sys, "argv", ["bench.sample", "--json"])
    figures.run("A sample.", measure)

    told = capsys.readouterr()
    assert [one["name"] for one in json.loads(told.out)["figures"]] == ["sample"]
    assert "already exists" in told.err

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "value", "unit", "target", "met", "baseline", "ratio"}


def test_benchmarks_without_a_database_answer_figures_of_one_shape():
    command = [sys.executable, "-m", "bench", "--json", "--quick", "kernel_conditions", "plan"]

    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, check=False, timeout=300
    )

    figures = json.loads(done.stdout)["figures"]
    assert len(figures) == 5
    assert [set(figure) for figure in figures] == [KEYS] * len(figures)
    slowest = max(figure["value"] for figure in figures[1:4])
    assert figures[4]["value"] == slowest
    assert all(isinstance(figure["value"], float) and figure["value"] > 0 for figure in figures)
    assert [figure["ratio"] is None for figure in figures] == [False, True, True, True, True]

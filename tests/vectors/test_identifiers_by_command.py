"""The same verdicts over `tongban standards validate --stdin --json`, a line each, blanks kept."""

import json
import subprocess
import sys

from vectors.sources import read_document, require

AREA = "identifiers"


def test_every_vector_is_judged_alike_over_standard_input() -> None:
    document = read_document(AREA)
    vectors = (require(document, AREA))["vectors"]
    lines = "".join(f"{vector['kind']}\t{vector['input']}\n" for vector in vectors)

    done = subprocess.run(
        [sys.executable, "-m", "tongban.config.cli", "standards", "validate", "--stdin", "--json"],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(vectors)
    for vector, answer in zip(vectors, answers, strict=True):
        assert answer["valid"] is vector["valid"], vector["id"]
        assert answer["reason"], vector["id"]
        if "normalized" in vector:
            assert answer["normalised"] == vector["normalized"], vector["id"]
        elif not vector["valid"]:
            assert answer["normalised"] is None, vector["id"]

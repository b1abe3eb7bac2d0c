"""Every word of the interface can be translated: no Chinese stands in a template or a module outside gettext."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tongban.sites.console

HOME = Path(tongban.sites.console.__file__).parent
TEMPLATES = sorted(HOME.rglob("*.html"))
MODULES = sorted(HOME.rglob("*.py"))
HAN = re.compile(r"[\u4e00-\u9fff]")
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
MESSAGE = re.compile(r"""\b_\(\s*(?:"[^"]*"|'[^']*')""")
MARKING = {"_", "gettext", "gettext_lazy", "ngettext"}
UNDERSTOOD = {"是", "否"}
"""Words the console takes from what an officer types, in any language."""


def name(path: Path) -> str:
    return str(path.relative_to(HOME))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    bare = MESSAGE.sub("", COMMENT.sub("", path.read_text("utf-8")))

    assert [line.strip() for line in bare.splitlines() if HAN.search(line)] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_nothing_that_cannot_be_translated(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    marked = {id(one) for call in ast.walk(tree) if is_marking(call) for one in ast.walk(call)}
    silent = {id(one) for one in documentation(tree)}

    found = [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and HAN.search(one.value)
        if id(one) not in marked | silent and one.value not in UNDERSTOOD
    ]

    assert found == []


def is_marking(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKING


def documentation(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts that stand as a statement of their own: docstrings and what follows a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value

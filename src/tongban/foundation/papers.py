"""Papers as PDF/A-2b: typst templates, one embedded Chinese font, no font of the machine.

A template reads its data with `#let data = json(bytes(sys.inputs.data))`.
"""

import json
import threading
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
import typst

from tongban.foundation import clock

FONTS = Path(__file__).resolve().parent / "fonts"
"""Noto Sans SC in two weights, copied in here at set-up."""
_lock = threading.Lock()
"""One page at a time in a process: a compiler keeps the inputs of the page under work."""


def render(template: Path | str, data: Mapping[str, object]) -> bytes:
    """The PDF of `template` filled with `data`; raises typst.TypstError when the template is wrong."""
    path = Path(template)
    inputs = {"data": json.dumps(data, ensure_ascii=False, default=str)}
    with _lock:
        pdf = _compiler(path.parent).compile(
            path,
            format="pdf",
            pdf_standards="a-2b",
            sys_inputs=inputs,
            timestamp=int(clock.now().timestamp()),
        )
    assert isinstance(pdf, bytes), "typst answers bytes when no output path is given"
    return pdf


def qr_svg(text: str) -> str:
    """A QR code of `text` as SVG without XML declaration, ready for a page or a template."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=4, border=2)
    return out.getvalue().decode()


@cache
def _compiler(folder: Path) -> typst.Compiler:
    """Kept for the life of the process: fonts and templates are read and laid out once (50 ms a page without it, 2 ms with it)."""
    if not FONTS.is_dir():
        raise FileNotFoundError(f"no fonts under {FONTS}: run script/setup")
    return typst.Compiler(root=folder, font_paths=[FONTS], ignore_system_fonts=True)

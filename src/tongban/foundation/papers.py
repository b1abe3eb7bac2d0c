"""Papers as PDF/A-2b, and with a file inside as PDF/A-3b: typst templates, one embedded Chinese font, no font of the machine.

A template reads its data with `#let data = json(bytes(sys.inputs.data))`.
"""

import json
import threading
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import segno
import typst

from tongban.foundation import clock

FONTS = Path(__file__).resolve().parent / "fonts"
"""Noto Sans SC in two weights, copied in here at set-up."""
_SEAL_RED = "#c8161d"
_WIDEST_STEP, _WIDEST_ARC = 22.0, 250.0
"""Degrees between two characters of a seal, and from the first to the last."""
_lock = threading.Lock()
"""One page at a time in a process: a compiler keeps the inputs of the page under work."""


def render(template: Path | str, data: Mapping[str, object]) -> bytes:
    """The PDF of `template` filled with `data`; raises typst.TypstError when the template is wrong."""
    return _render(Path(template), data, "a-2b")


def render_with_attachment(template: Path | str, data: Mapping[str, object]) -> bytes:
    """The same for a template that attaches a file (`pdf.attach`), which PDF/A allows from its third part on."""
    return _render(Path(template), data, "a-3b")


def _render(path: Path, data: Mapping[str, object], standard: Literal["a-2b", "a-3b"]) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False, default=str)}
    with _lock:
        pdf = _compiler(path.parent).compile(
            path,
            format="pdf",
            pdf_standards=standard,
            sys_inputs=inputs,
            timestamp=int(clock.now().timestamp()),
        )
    assert isinstance(pdf, bytes), "typst answers bytes when no output path is given"
    return pdf


def qr_svg(text: str) -> str:
    """A QR code of `text` as SVG without XML declaration, ready for a page or a template."""
    out = BytesIO()
    code = segno.make(text, error="m")
    code.save(out, kind="svg", xmldecl=False, svgns=True, scale=4, border=2)
    width, height = code.symbol_size(scale=4, border=2)
    # With its own measure in it, a page can draw it as large as the screen allows.
    return out.getvalue().decode().replace("<svg ", f'<svg viewBox="0 0 {width} {height}" ', 1)


def seal_svg(owner: str, mark: str) -> str:
    """A round red seal: the owner's name along its upper half, a star, and `mark` below it."""
    # 国发〔1999〕25号: round, 42 mm across, the name above the star from left to right.
    step = min(_WIDEST_STEP, _WIDEST_ARC / max(len(owner) - 1, 1))
    size = min(30, int(step * 1.5))
    first = -step * (len(owner) - 1) / 2
    letters = "".join(
        f'<g transform="rotate({first + step * place:.2f} 150 150)">{_letter(letter, 62, size)}</g>'
        for place, letter in enumerate(owner)
    )
    corners = " ".join(
        f"{150 + radius * sin(turn * pi / 5):.2f},{150 - radius * cos(turn * pi / 5):.2f}"
        for turn, radius in enumerate([44, 16.8] * 5)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" width="300" height="300">'
        f'<circle cx="150" cy="150" r="143" fill="none" stroke="{_SEAL_RED}" stroke-width="9"/>'
        f'<polygon points="{corners}" fill="{_SEAL_RED}"/>{letters}{_letter(mark, 246, 24)}</svg>'
    )


def _letter(text: str, y: int, size: int) -> str:
    return (
        f'<text x="150" y="{y}" font-family="Noto Sans SC" font-size="{size}" font-weight="bold"'
        f' text-anchor="middle" fill="{_SEAL_RED}">{escape(text)}</text>'
    )


@cache
def _compiler(folder: Path) -> typst.Compiler:
    """Kept for the life of the process: fonts and templates are read and laid out once (50 ms a page without it, 2 ms with it)."""
    if not FONTS.is_dir():
        raise FileNotFoundError(f"no fonts under {FONTS}: run script/setup")
    return typst.Compiler(root=folder, font_paths=[FONTS], ignore_system_fonts=True)

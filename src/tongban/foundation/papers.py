"""Papers as PDF/A-2b: typst templates, one embedded Chinese font, no font of the machine.

A template reads its data with `#let data = json(bytes(sys.inputs.data))`.
"""

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
import typst
from django.conf import settings


def render(template: Path, data: Mapping[str, object]) -> bytes:
    """The PDF of `template` filled with `data`; raises typst.TypstError when the template is wrong."""
    pdf = typst.compile(
        template,
        root=template.parent,
        font_paths=_font_paths(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards="a-2b",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
    )
    assert isinstance(pdf, bytes), "typst answers bytes when no output path is given"
    return pdf


def qr_svg(text: str) -> str:
    """A QR code of `text` as SVG without XML declaration, ready for a page or a template."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=4, border=2)
    return out.getvalue().decode()


@cache
def _font_paths() -> list[Path]:
    folder = Path(settings.FONT_FOLDER)
    weights = [folder / weight for weight in ("400Regular", "700Bold") if (folder / weight).is_dir()]
    if not weights:
        raise FileNotFoundError(f"no fonts under {folder}: run script/setup")
    return weights

import threading
from io import BytesIO

import pytest
from pypdf import PdfReader

from tongban.foundation import papers

TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(font: "Noto Sans SC", lang: "zh")
= #data.title
#data.name，你好。
#image(bytes(data.qr), format: "svg", width: 2cm)
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "notice.typ"
    path.write_text(TEMPLATE)
    return path


def data(name: str) -> dict[str, object]:
    return {"title": "受理通知书", "name": name, "qr": papers.qr_svg("http://127.0.0.1/status/1")}


def test_a_paper_is_pdf_a_with_its_chinese_text_and_its_own_font(template):
    pdf = papers.render(template, data("示例小馆"))

    reader = PdfReader(BytesIO(pdf))
    page = reader.pages[0]
    fonts = [font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()]
    assert "示例小馆" in page.extract_text()
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert all("NotoSansSC" in font for font in fonts)
    assert fonts


def test_papers_made_at_the_same_time_do_not_mix(template):
    made = {}

    def make(name: str) -> None:
        made[name] = PdfReader(BytesIO(papers.render(str(template), data(name)))).pages[0].extract_text()

    threads = [threading.Thread(target=make, args=(f"{letter}小馆",)) for letter in "甲乙丙丁戊己庚辛"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert all(name in text for name, text in made.items())


def test_a_qr_code_is_drawn_without_xml_declaration():
    assert papers.qr_svg("http://127.0.0.1/status/1").startswith("<svg")

from pathlib import Path

import _translations
import pytest

SOURCE = """
from django.utils.translation import gettext as _
print(_("开饭店"), _("还需补正%(count)d份材料") % {"count": 2})
"""
TEMPLATE = "<h1>{{ _('办件') }}</h1>{% trans %}好差评{% endtrans %}"
ENGLISH = {
    "开饭店": "Open a restaurant",
    "还需补正%(count)d份材料": "%(count)d papers are still missing",
    "办件": "Case",
    "好差评": "Rating",
}


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "views.py").write_text(SOURCE)
    (tmp_path / "jinja2").mkdir()
    (tmp_path / "jinja2" / "page.html").write_text(TEMPLATE)
    file = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    monkeypatch.setattr(_translations, "PACKAGE", tmp_path)
    monkeypatch.setattr(_translations, "CATALOGUE", file)
    return file


def translate(file: Path, sentences: dict[str, str]) -> None:
    _translations.update()
    text = file.read_text()
    for source, english in sentences.items():
        text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{english}"')
    file.write_text(text)


def test_each_sentence_without_translation_is_named(catalogue: Path) -> None:
    named = {line.rsplit(": ", 1)[1] for line in _translations.problems()}

    assert named == set(ENGLISH)
    assert not catalogue.exists()


def test_translated_source_has_no_problems(catalogue: Path) -> None:
    translate(catalogue, ENGLISH)

    assert _translations.problems() == []


def test_lost_placeholder_is_found(catalogue: Path) -> None:
    translate(catalogue, {**ENGLISH, "还需补正%(count)d份材料": "papers are missing"})

    assert len(_translations.problems()) == 1


def test_unconfirmed_translation_is_found(catalogue: Path) -> None:
    translate(catalogue, ENGLISH)
    catalogue.write_text(catalogue.read_text().replace('msgid "办件"', '#, fuzzy\nmsgid "办件"'))

    assert [line.rsplit(": ", 1)[1] for line in _translations.problems()] == ["办件"]


def test_update_keeps_translations_and_drops_what_the_source_no_longer_says(catalogue: Path) -> None:
    translate(catalogue, ENGLISH)
    (_translations.PACKAGE / "jinja2" / "page.html").write_text("{{ _('办件') }}")
    before = _translations.problems()

    _translations.update()

    assert before == ["translated but no longer in the source: 好差评"]
    assert _translations.problems() == []
    assert "Rating" not in catalogue.read_text()
    assert "Open a restaurant" in catalogue.read_text()

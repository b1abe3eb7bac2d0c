import pytest

from tongban.foundation import search


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("食品经营许可证核发", {"食品", "经营", "许可证"}),
        ("开饭店", {"饭店"}),
        ("\uff21\uff22\uff23　公司，设立。", {"abc", "公司", "设立"}),
    ],
)
def test_a_text_is_cut_into_its_words(text, words):
    assert words <= set(search.segment(text))


def test_punctuation_and_blanks_are_no_words():
    assert search.segment(" ，。！ ") == []


@pytest.mark.parametrize(
    ("text", "spelled", "first_letters"),
    [
        ("开餐馆", "kaicanguan", "kcg"),
        ("银行", "yinhang", "yh"),
        ("行政许可", "xingzhengxuke", "xzxk"),
        ("3岁以下", "3suiyixia", "3syx"),
    ],
)
def test_a_text_is_spelled_as_it_is_read(text, spelled, first_letters):
    assert search.pinyin(text) == spelled
    assert search.initials(text) == first_letters


def test_words_that_sound_the_same_are_spelled_the_same():
    assert search.pinyin("营业执照") == search.pinyin("营业直照")

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from tongban.domains.exchange.rules import evidence
from tongban.domains.exchange.types import Disagreement, DisagreementKind, LogLine
from tongban.kernel.actors import PLATFORM, Actor, ActorKind

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = b"s" * 32
ONE, TWO = UUID(int=1), UUID(int=2)
LINE = LogLine(ONE, AT, "SCJG", "GA-PERSON", b"q" * 32, b"a" * 32, "FOUND")


def test_equal_answers_of_two_exchanges_cannot_be_told_by_their_hashes() -> None:
    first, second = (evidence.exchange_key(SECRET, one) for one in (ONE, TWO))

    assert evidence.message_hash(first, b"married") != evidence.message_hash(second, b"married")
    assert evidence.exchange_key(b"t" * 32, ONE) != first


def test_where_one_message_ends_and_the_next_begins_is_part_of_the_hash() -> None:
    assert evidence.message_hash(SECRET, b"ab", b"c") != evidence.message_hash(SECRET, b"a", b"bc")


def test_the_canonical_form_knows_neither_order_nor_offset() -> None:
    here = AT.astimezone(timezone(timedelta(hours=8)))

    assert evidence.canonical({"b": here, "a": "张"}) == evidence.canonical({"a": "张", "b": AT})
    assert evidence.canonical({"b": AT, "a": ONE}) == (
        b'{"a":"00000000-0000-0000-0000-000000000001","b":"2026-03-02T01:00:00.000000+00:00"}'
    )


def test_a_line_is_read_as_it_was_written() -> None:
    assert evidence.read_line(evidence.write_line(LINE)) == LINE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        evidence.write_line(LINE).replace("exchange_id", "id"),
        evidence.write_line(LINE).replace("+00:00", ""),
        evidence.write_line(LINE).replace("7171", "zz"),
    ],
)
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(evidence.NotALogLine):
        evidence.read_line(text)


def test_equal_logs_agree() -> None:
    assert evidence.disagreements([LINE], [LINE]) == []
    assert evidence.disagreements([LINE], [replace(LINE, at=AT + evidence.CLOCK_LIMIT)]) == []


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        (DisagreementKind.OURS_ONLY, []),
        (DisagreementKind.THEIRS_ONLY, [LINE, replace(LINE, exchange_id=TWO)]),
        (DisagreementKind.TWICE, [LINE, LINE]),
        (DisagreementKind.WHO, [replace(LINE, client="RSJ")]),
        (DisagreementKind.WHO, [replace(LINE, resource="GA-HOUSEHOLD")]),
        (DisagreementKind.REQUEST, [replace(LINE, request_hash=b"x" * 32)]),
        (DisagreementKind.RESPONSE, [replace(LINE, response_hash=b"x" * 32)]),
        (DisagreementKind.OUTCOME, [replace(LINE, outcome="NOT_FOUND")]),
        (DisagreementKind.TIME, [replace(LINE, at=AT - evidence.CLOCK_LIMIT - timedelta(seconds=1))]),
    ],
)
def test_each_way_to_differ_is_named(kind: DisagreementKind, theirs: list[LogLine]) -> None:
    (found,) = evidence.disagreements([LINE], theirs)

    assert found.kind is kind


def test_no_answer_agrees_with_none_and_with_one_that_came_too_late() -> None:
    ours = replace(LINE, response_hash=b"", outcome="UNAVAILABLE")

    assert evidence.disagreements([ours], []) == []
    assert evidence.disagreements([ours], [LINE]) == []
    assert evidence.disagreements([ours], [replace(LINE, request_hash=b"x" * 32)]) == [
        Disagreement(DisagreementKind.REQUEST, ONE, "GA-PERSON")
    ]


def test_both_logs_name_a_citizens_own_look_the_platforms() -> None:
    officer = Actor(ActorKind.OFFICER, None, "王敏", department="SCJG")

    assert evidence.client_of(officer) == "SCJG"
    assert evidence.client_of(PLATFORM) == evidence.client_of(Actor(ActorKind.CITIZEN, None, "张三"))

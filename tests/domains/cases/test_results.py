"""What a licence says is taken from the form."""

from tongban.domains.cases.rules.results import fields_from_answers
from tongban.domains.eforms.types import Answer, Origin

LICENCE = ("name", "uscc", "legal_representative", "address", "business_scope")


def answers(**values: str) -> dict[str, Answer]:
    return {key.replace("__", "."): Answer(value, Origin.TYPED) for key, value in values.items()}


def test_a_licence_says_what_its_holder_answered() -> None:
    given = answers(
        ENTERPRISE__entity__name="示例小馆",
        ENTERPRISE__entity__uscc="92310115MADM00019C",
        LEGAL_REPRESENTATIVE__person__name="张三",
        HANDLER__person__name="李四",
    )

    assert fields_from_answers(LICENCE, given, {}, holder_role="ENTERPRISE") == {
        "name": "示例小馆",
        "uscc": "92310115MADM00019C",
        "legal_representative": "张三",
    }


def test_a_company_to_be_founded_bears_its_own_name_and_not_its_founders() -> None:
    given = answers(
        APPLICANT__person__name="张三",
        MATTER__entity__proposed_name="示例新公司",
        MATTER__entity__proposed_address="示例市浦东新区示例路3号",
        MATTER__entity__business_scope="餐饮服务",
    )

    assert fields_from_answers(LICENCE, given, {}, holder_role="APPLICANT") == {
        "name": "示例新公司",
        "address": "示例市浦东新区示例路3号",
        "business_scope": "餐饮服务",
    }

"""What can be wrong with a condition tree or with the facts given to it."""

from enum import StrEnum
from typing import ClassVar

from tongban.kernel.errors import TongbanError


class ConditionFault(StrEnum):
    UNKNOWN_OP = "UNKNOWN_OP"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    OP_TYPE = "OP_TYPE"
    WRONG_TYPE = "WRONG_TYPE"
    NULL_VALUE = "NULL_VALUE"
    NULL_IN_LIST = "NULL_IN_LIST"
    EMPTY_VALUE = "EMPTY_VALUE"
    BETWEEN_ARITY = "BETWEEN_ARITY"
    BETWEEN_REVERSED = "BETWEEN_REVERSED"
    BAD_CODE = "BAD_CODE"
    BAD_DATE = "BAD_DATE"
    BAD_NODE = "BAD_NODE"
    MISSING_VALUE = "MISSING_VALUE"
    MISSING_PARAM = "MISSING_PARAM"
    NULL_IN_FACT_LIST = "NULL_IN_FACT_LIST"


_SENTENCES = {
    ConditionFault.UNKNOWN_OP: "条件里用了不存在的比较方式。",
    ConditionFault.UNKNOWN_FIELD: "条件引用了数据字典里没有的数据项。",
    ConditionFault.OP_TYPE: "这种比较方式不适用于该数据项的类型。",
    ConditionFault.WRONG_TYPE: "条件里的值与数据项的类型不符。",
    ConditionFault.NULL_VALUE: "条件里的值不能为空。",
    ConditionFault.NULL_IN_LIST: "条件里的列表不能含有空值。",
    ConditionFault.EMPTY_VALUE: "条件里的列表至少要有一项。",
    ConditionFault.BETWEEN_ARITY: "区间须写明下限和上限两个值。",
    ConditionFault.BETWEEN_REVERSED: "区间的下限大于上限。",
    ConditionFault.BAD_CODE: "代码的格式不符合该分类标准。",
    ConditionFault.BAD_DATE: "日期不存在，或没有写成“2026-03-02”的格式。",
    ConditionFault.BAD_NODE: "条件的结构不正确。",
    ConditionFault.MISSING_VALUE: "条件没有写明要比较的值。",
    ConditionFault.MISSING_PARAM: "缺少计算年限所依据的日期。",
    ConditionFault.NULL_IN_FACT_LIST: "数据项的列表里含有空值。",
}


class ConditionError(TongbanError):
    """A faulty tree or fact: ``fault`` says what is wrong, ``field`` names the fact where there is one."""

    code: ClassVar[str] = "CONDITION_FAULTY"

    def __init__(self, fault: ConditionFault, message: str, *, field: str | None = None) -> None:
        sentence = _SENTENCES[fault]
        if field is not None:
            sentence = f"{sentence.removesuffix('。')}（数据项：{field}）。"
        super().__init__(f"{fault}: {message}", sentence=sentence)
        self.fault = fault
        self.field = field

"""What differs between two versions, in words an editor reads."""

from collections.abc import Mapping, Sequence
from typing import Any

_NAMES = {
    "name": "名称",
    "summary": "简介",
    "aliases": "俗称",
    "audience": "办理对象",
    "themes": "主题",
    "handling": "办件类型",
    "statutory_days": "法定时限",
    "is_joint": "联合办理",
    "allows_promise": "告知承诺",
    "legal_basis": "设定依据",
    "conditions": "办理条件",
    "situations": "情形",
    "materials": "材料",
    "form": "表单项",
    "points": "审查要点",
    "special_procedures": "特别程序",
    "fees": "收费",
    "results": "审批结果",
    "faqs": "常见问题",
    "effective_from": "生效日期",
    "effective_to": "失效日期",
    "promised_days": "承诺时限",
    "visits": "到现场次数",
    "visits_reason": "到现场原因",
    "channels": "办理方式",
    "steps": "办理环节",
    "enquiry_phone": "咨询电话",
    "complaint_phone": "投诉电话",
    "external_link": "外部链接",
}
_CODES = {
    "handling": {"1": "即办件", "2": "承诺件"},
    "audience": {
        "PERSON": "自然人",
        "ENTERPRISE": "企业法人",
        "SOLE_TRADER": "个体工商户",
        "INSTITUTION": "事业法人",
        "SOCIAL_ORGANISATION": "社会组织法人",
    },
    "channels": {"ONLINE": "网上办理", "COUNTER": "窗口办理", "MAIL": "邮寄办理"},
}
_LABELS = ("name", "text", "question", "element", "code", "id")


def describe_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences such as 「材料：增加“租赁合同”。」, in the order of the document."""
    sentences: list[str] = []
    for key, value in after.items():
        old = before.get(key)
        if old == value:
            continue
        name = _NAMES.get(key, key)
        if key in _CODES:
            old, value = _named(old, _CODES[key]), _named(value, _CODES[key])
        if isinstance(value, Sequence) and not isinstance(value, str):
            sentences.extend(f"{name}：{change}" for change in _list_changes(old or (), value))
        else:
            sentences.append(f"{name}：由“{_shown(old)}”改为“{_shown(value)}”。")
    return tuple(sentences)


def name_of(field: str) -> str:
    """The words for a field of a guide."""
    return _NAMES.get(field, field)


def shown(value: Any) -> str:
    """A value in words; of a list its entries."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return _shown(value)
    return "、".join(_label_of(entry) for entry in value) or "无"


def _label_of(entry: Any) -> str:
    days = getattr(entry, "days", None)
    name = next((str(getattr(entry, key)) for key in _LABELS if getattr(entry, key, None)), str(entry))
    return name if days is None else f"{name} {days} 天"


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    return [names.get(entry, entry) for entry in value or ()]


def _list_changes(before: Sequence[Any], after: Sequence[Any]) -> list[str]:
    old = {_identity(entry): entry for entry in before}
    new = {_identity(entry): entry for entry in after}
    changes = [f"增加“{_label(entry)}”。" for key, entry in new.items() if key not in old]
    changes += [f"删除“{_label(entry)}”。" for key, entry in old.items() if key not in new]
    changes += [f"修改“{_label(new[key])}”。" for key in new if key in old and new[key] != old[key]]
    return changes or ["调整了顺序。"]


def _identity(entry: Any) -> str:
    if isinstance(entry, Mapping):
        for key in ("code", "id", "name", "question"):
            if entry.get(key):
                return f"{entry.get('role', '')}{entry[key]}"
        return f"{entry.get('role', '')}.{entry.get('element', '')}"
    return str(entry)


def _label(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return next((str(entry[key]) for key in _LABELS if entry.get(key)), "")
    return str(entry)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)

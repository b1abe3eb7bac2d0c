"""What changed from one version of a data element to the next, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tongban.domains.standards.types import DataElement


def changes(before: DataElement, after: DataElement) -> tuple[str, ...]:
    """What differs, each in a sentence; empty when nothing does."""
    words = [
        _("%(what)s由“%(before)s”改为“%(after)s”") % {"what": what, "before": old, "after": new}
        for what, old, new in _pairs(before, after)
        if old != new
    ]
    old_options = {option.value: option.label for option in before.options}
    new_options = {option.value: option.label for option in after.options}
    words += [
        _("增加取值“%(label)s”（%(value)s）") % {"label": label, "value": value}
        for value, label in new_options.items()
        if value not in old_options
    ]
    words += [
        _("取消取值“%(label)s”（%(value)s）") % {"label": label, "value": value}
        for value, label in old_options.items()
        if value not in new_options
    ]
    words += [
        _("取值 %(value)s 由“%(before)s”改为“%(after)s”")
        % {"value": value, "before": old_options[value], "after": label}
        for value, label in new_options.items()
        if value in old_options and old_options[value] != label
    ]
    return tuple(words)


def _pairs(before: DataElement, after: DataElement) -> tuple[tuple[str, str, str], ...]:
    names: Mapping[str, str] = {
        "name": _("名称"),
        "element_type": _("类型"),
        "label": _("表单上的叫法"),
        "question": _("问法"),
        "why": _("为什么问"),
        "help": _("提示"),
        "unit": _("单位"),
        "scheme": _("代码标准"),
        "validator": _("校验"),
        "is_sensitive": _("敏感"),
        "closed_world": _("没有记录就当作没有"),
        "resource": _("数源"),
        "resource_field": _("数源的信息项"),
        "max_length": _("最大长度"),
        "minimum": _("最小值"),
        "maximum": _("最大值"),
    }
    return tuple(
        (words, _said(getattr(before, name)), _said(getattr(after, name))) for name, words in names.items()
    )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "—" if value in (None, "") else str(value)

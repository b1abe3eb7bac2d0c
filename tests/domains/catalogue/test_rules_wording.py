from tongban.domains.catalogue.rules import describe_changes


def test_each_change_is_a_sentence() -> None:
    before = {
        "handling": "2",
        "is_joint": False,
        "audience": ["PERSON"],
        "summary": "",
        "materials": [{"code": "m1", "name": "申请书"}, {"code": "m2", "name": "合同"}],
        "aliases": ["甲", "乙"],
        "statutory_days": 20,
    }
    after = {
        "handling": "1",
        "is_joint": True,
        "audience": ["PERSON", "ENTERPRISE"],
        "summary": "简介",
        "materials": [{"code": "m1", "name": "申请表"}, {"code": "m3", "name": "照片"}],
        "aliases": ["乙", "甲"],
        "statutory_days": 20,
    }

    assert describe_changes(before, after) == (
        "办件类型：由“承诺件”改为“即办件”。",
        "联合办理：由“否”改为“是”。",
        "办理对象：增加“企业法人”。",
        "简介：由“无”改为“简介”。",
        "材料：增加“照片”。",
        "材料：删除“合同”。",
        "材料：修改“申请表”。",
        "俗称：调整了顺序。",
    )

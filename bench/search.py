"""Search over 100,000 items, against ILIKE on the same table.

Run as ``python -m bench.search [--json] [--items N]`` from the repository root; it makes a database of its own
beside the configured one and drops it afterwards. Queries are whole names, parts of two characters, common speech,
pinyin, first letters and typos of the same sound.
"""

# ruff: noqa: SIM905 - word lists read better as text

import json
import random
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import django
from django.db import connection

import tongban
from bench import figures
from bench.figures import Figure
from tongban.domains.catalogue.types import SearchEntryData

ITEMS = 100_000
ROUNDS = 5
TARGET_MS = 15.0
SEED = 20260302
QUERIES = Path(tongban.__file__).parent / "demo/data/search_queries.json"
GUIDES = Path(tongban.__file__).parent / "demo/data/guides"
WHO = "个人 企业 老年人 残疾人 外国人 港澳居民 学生 儿童 军人 农民 个体工商户 合伙企业 民办学校 医疗机构 旅行社".split()
WHAT = (
    "食品经营 药品零售 医疗器械 道路运输 出租汽车 船舶检验 水上作业 林木采伐 取水 排污 建筑施工 占用道路 户外广告 危险化学品 "
    "烟花爆竹 特种设备 计量器具 种子生产 兽药经营 动物诊疗 养殖水域 捕捞 测绘 地质勘查 采矿 土地使用 房屋租赁 住房公积金 "
    "养老保险 医疗保险 工伤认定 失业登记 职业培训 人才引进 居住证 户口 身份证 护照 驾驶证 机动车 社会团体 宗教场所 殡葬 "
    "收养 婚姻 生育 教师资格 办学 文物保护 娱乐场所 营业性演出 网吧 广播电视 印刷 出版物 电影放映 体育场所 旅馆 典当 保安"
).split()
ACTION = (
    "许可 审批 备案 登记 变更 注销 延续 补发 换发 核准 确认 认定 补贴申领 奖励 裁决 年度检验 信息查询".split()
)
PLACE = "城区 郊区 港区 林区 口岸 园区 街道 乡镇 沿江 沿海".split()


def names(total: int) -> Iterator[str]:
    """As many different names as wanted."""
    chance = random.Random(SEED)  # noqa: S311 - the same list every time
    seen: set[str] = set()
    while len(seen) < total:
        words = chance.sample(WHAT, 2)
        name = f"{chance.choice(PLACE)}{chance.choice(WHO)}{words[0]}与{words[1]}{chance.choice(ACTION)}"
        if name not in seen:
            seen.add(name)
            yield name


def seed(total: int) -> None:
    """The items of the demo among made-up ones, written by COPY as the indexing service would write them."""
    from tongban.domains.catalogue.services import indexing

    demo = [json.loads(path.read_text("utf-8")) for path in sorted(GUIDES.glob("*.json"))]
    entries = [
        _entry(one["basic_code"], one["name"], one["summary"], one["aliases"], number)
        for number, one in enumerate(demo)
    ]
    made_up = enumerate(names(total - len(demo)))
    entries.extend(_entry(f"X{number:011}", name, f"{name}。", [], number) for number, name in made_up)
    with get_context("fork").Pool() as pool, connection.cursor() as cursor:
        named = ", ".join(indexing.columns(entries[0]))
        with cursor.copy(f"COPY catalogue_searchentry ({named}) FROM STDIN") as copy:
            for row in pool.imap(_values, entries, chunksize=500):
                copy.write_row(row)
        cursor.execute("VACUUM ANALYZE catalogue_searchentry")


def _values(entry: SearchEntryData) -> list[object]:
    from tongban.domains.catalogue.services import indexing

    return list(indexing.columns(entry).values())


def _entry(code: str, title: str, sentence: str, aliases: list[str], number: int) -> SearchEntryData:
    return SearchEntryData(
        code=code,
        kind="ITEM",
        title=title,
        sentence=sentence,
        aliases=tuple(aliases),
        keywords=("居民身份证", "申请表"),
        audiences=("PERSON",),
        department=f"D{number % 40:02}",
        department_name=f"示例市{WHAT[number % 40]}管理局",
        address="",
        weight=1.0,
        region="3101",
    )


def queries() -> list[str]:
    """What is typed: the demo's colloquial queries, parts of names, their sounds and typos of the same sound."""
    from tongban.foundation.search import initials, pinyin

    typed = [str(one["query"]) for one in json.loads(QUERIES.read_text("utf-8"))]
    typed.extend(what[:2] for what in WHAT)
    typed.extend(action[:2] for action in ACTION)
    typed.extend(what + action for what, action in zip(WHAT, ACTION, strict=False))
    typed.extend(pinyin(what) for what in WHAT[::2])
    typed.extend(initials(what) for what in WHAT[1::2])
    typed.extend(["社宝卡", "公鸡金", "驾使证", "居主证", "食品京营", "药品另售"])
    return typed


def measure(items: int = ITEMS) -> list[Figure]:
    """The figure of search, in the form of ``script/bench --json``."""
    from tongban.domains.catalogue import selectors

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        seed(items)
        typed = queries()
        for query in typed:
            selectors.search(query, region="3101")
        ours = [
            figures.milliseconds(partial(selectors.search, query, region="3101"))
            for _round in range(ROUNDS)
            for query in typed
        ]
        plain = [figures.milliseconds(partial(_ilike, query)) for query in typed]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    name = f"search over {items:,} items, p95"
    return [figures.at_most(name, figures.p95(ours), "ms", TARGET_MS, baseline=figures.p95(plain))]


def _ilike(query: str) -> object:
    """The same twenty hits done plainly; it knows no pinyin and no common speech."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, title FROM catalogue_searchentry WHERE region = '3101'"
            " AND (title ILIKE %s OR sentence ILIKE %s OR department_name ILIKE %s) ORDER BY title LIMIT 20",
            [f"%{query}%"] * 3,
        )
        return cursor.fetchall()


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure, scale="items")

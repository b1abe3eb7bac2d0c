"""The sample city's departments may ask for what their items' materials come from."""

import json
from datetime import UTC, datetime
from pathlib import Path

import tongban.demo
from tongban.demo import grants

DATA = Path(tongban.demo.__file__).parent / "data"
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_every_conditional_resource_of_a_material_is_granted_for_its_item() -> None:
    guides = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "guides").glob("*.json"))]
    packages = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "packages").glob("*.json"))]
    resources = json.loads((DATA / "resources.json").read_text("utf-8"))
    conditional = {row["code"] for row in resources if row["sharing"] == "2"}
    wanted = {
        (guide["department"], material["resource"], guide["basic_code"])
        for guide in guides
        for material in guide["materials"]
        if material.get("resource") in conditional
    }

    found = grants.needed(guides, packages, resources, at=AT)

    given = {(one.department, one.resource, item) for one in found for item in one.items}
    assert wanted
    assert wanted <= given
    assert len({(one.department, one.resource) for one in found}) == len(found)
    assert any("NEWBORN" in one.items for one in found)

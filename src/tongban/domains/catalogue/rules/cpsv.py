"""Guides as JSON-LD in the European vocabulary of public services, CPSV-AP 3.2.0.

A condition becomes a requirement with its evidence, a material an evidence type, an article a legal resource, an examination point a
rule. Every code is a typed concept of a scheme of ours, so that the shapes can be judged without fetching anything. Limits are
working days, which xsd:duration cannot say: the number is kept, and the scheme's note says so.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tongban.domains.catalogue.types import Channel, Guide, Material
from tongban.domains.directory.types import Department

LANGUAGE = "zh-Hans"
CONTEXT: Mapping[str, Any] = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CHANNELS = {Channel.ONLINE: "网上办理", Channel.COUNTER: "窗口办理", Channel.MAIL: "邮寄办理"}
_KINDS = {
    "01": "行政许可",
    "05": "行政给付",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
}
_AUDIENCES = {
    "PERSON": "自然人",
    "ENTERPRISE": "企业法人",
    "SOLE_TRADER": "个体工商户",
    "INSTITUTION": "事业法人",
    "SOCIAL_ORGANISATION": "社会组织法人",
}
_RESULTS = {"1": "证照", "2": "批文", "3": "其他", "4": "无"}
_FEN = 100

Node = dict[str, Any]


def services_as_jsonld(guides: Iterable[Guide], *, base: str) -> dict[str, Any]:
    """The guides as one document; `base` is where their identifiers begin, such as `https://city.example/id`."""
    nodes: dict[str, Node] = {}
    for guide in guides:
        for node in _Writer(base.rstrip("/")).nodes_of(guide):
            nodes[node["@id"]] = node
    return {"@context": dict(CONTEXT), "@graph": [nodes[key] for key in sorted(nodes)]}


def _text(value: str) -> Node:
    return {"@value": value, "@language": LANGUAGE}


def _links(nodes: Iterable[Node]) -> list[Node]:
    return [{"@id": node["@id"]} for node in nodes]


class _Writer:
    """Makes the nodes of one guide and keeps them in the order made."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.made: list[Node] = []

    def nodes_of(self, guide: Guide) -> list[Node]:
        substance, procedure = guide.substance, guide.procedure
        item = f"{self.base}/item/{procedure.implementation_code}"
        laws = {
            one.id: self._node(
                f"{item}/law/{one.id}",
                "eli:LegalResource",
                {"dct:title": _text(f"{one.law} {one.article}"), "dct:description": _text(one.text)},
            )
            for one in substance.legal_basis
        }
        types = {one.code: self._evidence_type(one) for one in substance.materials}
        evidence = {one.code: self._evidence(item, one, types[one.code]) for one in substance.materials}
        requirements = [
            self._node(
                f"{item}/requirement/{one.id}",
                "cv:Requirement",
                {
                    "dct:identifier": one.id,
                    "dct:title": _text(one.text),
                    "cv:hasSupportingEvidence": _links(
                        evidence[code] for code in one.evidence if code in evidence
                    ),
                },
            )
            for one in substance.conditions
        ]
        rules = [
            self._node(
                f"{item}/rule/{one.code}",
                "cpsv:Rule",
                {
                    "dct:identifier": one.code,
                    "dct:title": _text(one.plain),
                    "dct:description": _text(one.text),
                    "cpsv:implements": _links(laws[key] for key in one.basis if key in laws),
                },
            )
            for one in substance.points
        ]
        service: Node = {
            "dct:identifier": procedure.implementation_code,
            "dct:title": _text(substance.name),
            "dct:description": _text(substance.summary),
            "dct:language": self._link(self._language()),
            "dct:type": self._link(self._concept("kind", substance.kind, _KINDS[substance.kind])),
            "dct:audience": _links(
                self._concept("audience", one, _AUDIENCES[one]) for one in substance.audience
            ),
            "dct:spatial": self._link(self._location(procedure.division)),
            "dcat:keyword": [_text(word) for word in substance.aliases],
            "cv:thematicArea": _links(self._concept("theme", word, word) for word in substance.themes),
            "cv:hasCompetentAuthority": self._link(self._organisation(procedure.department)),
            "cv:hasLegalResource": _links(laws.values()),
            "cv:holdsRequirement": _links(requirements),
            "cpsv:follows": _links(rules),
            "cpsv:hasInput": _links(evidence.values()),
            "cv:hasInputType": _links(types.values()),
            "cpsv:produces": _links(self._outputs(item, guide)),
            "cv:hasChannel": _links(self._channels(item, guide)),
            "cv:hasCost": _links(self._costs(item, guide)),
            "cv:contactPoint": self._link(self._contact(item, guide)),
            "cv:processingTime": {"@value": f"P{procedure.promised_days}D", "@type": "xsd:duration"},
        }
        self._node(item, "cpsv:PublicService", service)
        return self.made

    def _node(self, identifier: str, kind: str | list[str], values: Mapping[str, Any]) -> Node:
        kept = {key: value for key, value in values.items() if value not in ([], "")}
        node = {"@id": identifier, "@type": kind, **kept}
        self.made.append(node)
        return node

    def _link(self, node: Node) -> Node:
        return {"@id": node["@id"]}

    def _concept(self, scheme: str, code: str, label: str) -> Node:
        scheme_node = self._node(
            f"{self.base}/code/{scheme}", "skos:ConceptScheme", {"dct:identifier": scheme}
        )
        return self._node(
            f"{self.base}/code/{scheme}/{_path(code)}",
            "skos:Concept",
            {"skos:notation": code, "skos:prefLabel": _text(label), "skos:inScheme": self._link(scheme_node)},
        )

    def _language(self) -> Node:
        return self._node(
            f"{self.base}/language/{LANGUAGE}", "dct:LinguisticSystem", {"dct:identifier": LANGUAGE}
        )

    def _location(self, division: str) -> Node:
        return self._node(f"{self.base}/division/{division}", "dct:Location", {"dct:identifier": division})

    def _organisation(self, department: Department) -> Node:
        return self._node(
            f"{self.base}/department/{department.code}",
            "cv:PublicOrganisation",
            {
                "dct:identifier": department.uscc or department.code,
                "skos:prefLabel": _text(department.name),
                "dct:spatial": self._link(self._location(department.division)),
            },
        )

    def _evidence_type(self, material: Material) -> Node:
        return self._node(
            f"{self.base}/material/{_path(material.material_type)}",
            "cv:EvidenceType",
            {
                "dct:identifier": material.material_type,
                "cv:evidenceTypeClassification": self._link(
                    self._concept("material-type", material.material_type, material.material_type)
                ),
            },
        )

    def _evidence(self, item: str, material: Material, evidence_type: Node) -> Node:
        return self._node(
            f"{item}/evidence/{material.code}",
            "cv:Evidence",
            {
                "dct:identifier": material.code,
                "dct:title": _text(material.name),
                "dct:description": _text(material.sample),
                "dct:conformsTo": self._link(evidence_type),
                "dct:type": self._link(self._concept("necessity", material.necessity, material.necessity)),
            },
        )

    def _outputs(self, item: str, guide: Guide) -> list[Node]:
        return [
            self._node(
                f"{item}/output/{number}",
                "cv:Output",
                {
                    "dct:identifier": str(number),
                    "dct:title": _text(result.name),
                    "dct:description": _text(result.sample),
                    "dct:type": self._link(self._concept("result", result.kind, _RESULTS[result.kind])),
                },
            )
            for number, result in enumerate(guide.substance.results, start=1)
        ]

    def _channels(self, item: str, guide: Guide) -> list[Node]:
        owner = guide.procedure.department
        return [
            self._node(
                f"{item}/channel/{channel.value.lower()}",
                "cv:Channel",
                {
                    "dct:identifier": channel.value,
                    "dct:type": self._link(self._concept("channel", channel, _CHANNELS[channel])),
                    "dct:description": _text(owner.address) if channel is Channel.COUNTER else [],
                },
            )
            for channel in guide.procedure.channels
        ]

    def _costs(self, item: str, guide: Guide) -> list[Node]:
        return [
            self._node(
                f"{item}/cost/{number}",
                "cv:Cost",
                {
                    "dct:identifier": str(number),
                    "dct:description": _text(f"{fee.name}（{fee.unit}）：{fee.basis}"),
                    "cv:hasValue": {"@value": str(fee.amount_fen / _FEN), "@type": "xsd:double"},
                    "cv:currency": self._link(self._concept("currency", "CNY", "人民币")),
                },
            )
            for number, fee in enumerate(guide.substance.fees, start=1)
        ]

    def _contact(self, item: str, guide: Guide) -> Node:
        values: Node = {"cv:telephone": guide.procedure.enquiry_phone}
        link = guide.procedure.external_link
        if link:
            values["cv:contactPage"] = self._link(self._node(link, "foaf:Document", {}))
        hours = guide.procedure.windows[0].hours if guide.procedure.windows else ""
        if hours:
            opening = self._node(f"{item}/hours", "time:TemporalEntity", {"dct:description": _text(hours)})
            values["cv:openingHours"] = self._link(opening)
        return self._node(f"{item}/contact", "cv:ContactPoint", values)


def _path(code: str) -> str:
    """A code as one part of an address; Chinese stays, which IRIs allow."""
    return "".join(char if char.isalnum() or char in "-._" else "-" for char in code)

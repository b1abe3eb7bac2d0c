"""The export in the European vocabulary, judged by its official shapes."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCTERMS, RDF, SKOS

from domains.catalogue import city
from tongban.domains.catalogue import rules, selectors

TODAY = date(2026, 3, 2)
CPSV = rdflib.Namespace("http://purl.org/vocab/cpsv#")
CV = rdflib.Namespace("http://data.europa.eu/m8g/")
BASE = "https://city.example/id"


def graph(document: dict[str, Any]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=json.dumps(document), format="json-ld")


def export() -> dict[str, Any]:
    return rules.services_as_jsonld(selectors.list_guides(city.PUDONG, TODAY), base=BASE)


@pytest.fixture
def exported(empty_city: None) -> dict[str, Any]:
    """A licence, a confirmation, an item of the city's own, and one with a charge."""
    city.import_all(city.FIRE, "310723001001", city.FUND, "310109004001")
    return export()


def test_the_export_of_every_item_conforms_to_the_official_shapes(
    empty_city: None, shared_data: Path
) -> None:
    city.import_all()
    shapes = rdflib.Graph().parse(shared_data / "cpsv_ap/cpsv-ap-SHACL.ttl")

    conforms, _, report = pyshacl.validate(graph(export()), shacl_graph=shapes, inference="none")

    assert conforms, report


def test_a_service_without_its_authority_does_not_conform(
    exported: dict[str, Any], shared_data: Path
) -> None:
    shapes = rdflib.Graph().parse(shared_data / "cpsv_ap/cpsv-ap-SHACL.ttl")
    service = next(node for node in exported["@graph"] if node["@type"] == "cpsv:PublicService")
    del service["cv:hasCompetentAuthority"]

    conforms, _, _ = pyshacl.validate(graph(exported), shacl_graph=shapes, inference="none")

    assert not conforms


def test_every_item_and_all_of_its_parts_are_in_it(exported: dict[str, Any]) -> None:
    guides = selectors.list_guides(city.PUDONG, TODAY)

    found = graph(exported)

    services = list(found.subjects(RDF.type, CPSV.PublicService))
    assert len(services) == len(guides) == 4
    assert any(guide.substance.fees for guide in guides)
    for guide in guides:
        service = rdflib.URIRef(f"{BASE}/item/{guide.item_code}")
        assert str(found.value(service, DCTERMS.title)) == guide.title
        assert len(list(found.objects(service, CPSV.hasInput))) == len(guide.substance.materials)
        assert len(list(found.objects(service, CV.holdsRequirement))) == len(guide.substance.conditions)
        assert len(list(found.objects(service, CV.hasLegalResource))) == len(guide.substance.legal_basis)
        assert len(list(found.objects(service, CV.hasCost))) == len(guide.substance.fees)


def test_every_code_is_a_typed_concept_of_a_scheme(exported: dict[str, Any]) -> None:
    found = graph(exported)

    used = set(found.objects(None, DCTERMS.type)) | set(found.objects(None, CV.evidenceTypeClassification))
    concepts = set(found.subjects(RDF.type, SKOS.Concept))
    assert used <= concepts
    assert all((concept, SKOS.inScheme, None) in found for concept in concepts)

from domains.catalogue import city


def test_every_demo_guide_is_imported_and_passes_the_gate(empty_city: None) -> None:
    report = city.import_all()

    assert report.created == report.rows == len(city.guides())
    hard = [one for one in report.findings if one.is_refused]
    print([(f.row, f.field, f.value) for f in report.findings])
    assert hard == []

"""A licence's file made, signed, stamped and kept, against the same page laid out alone; and a signature verified by its key id.

Run as ``python -m bench.licence_files [--json]`` over a seeded city. Processor time of one process: the figures are a core's, and what
the database and the disk do beside it is not in them. Time stamps are the platform's own, without a round trip.
"""

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import django

from bench import figures
from bench.figures import Figure

One = TypeVar("One")
FILES = 60
TARGET_FILES_PER_S = 15.0
ROUNDS, SIGNATURES = 15, 400
TARGET_SHARE = 0.9
"""Of the raw verifications a core does, what is left when the key is looked up, its term and its revocation judged."""


def measure(files: int = FILES) -> list[Figure]:
    """Files a second and verifications a second, each beside what it rests on."""
    django.setup()
    return [_issue(files), _verify()]


def _issue(files: int) -> Figure:
    from tongban.domains.licences import models, rules, selectors, services
    from tongban.domains.licences.services import files as making
    from tongban.foundation import clock
    from tongban.kernel.actors import PLATFORM

    now = clock.now()
    models.LicenceFile.objects.all().delete()
    numbers = list(models.Licence.objects.order_by("number").values_list("number", flat=True)[: files + 1])
    if len(numbers) <= 1:
        raise SystemExit("the city has no licences")
    # The first one makes the issuer's certificate and reads fonts and templates.
    services.sign_file(numbers[0], actor=PLATFORM, at=now)
    for number in numbers[1:]:
        making.signing.signer_for(selectors.get_by_number(number).issuer, at=now)

    def lay_out(number: str) -> None:
        licence = selectors.get_by_number(number)
        making._render(
            licence,
            selectors.get_type(licence.licence_type),
            rules.file_data(licence, making._status_since(number)),
        )

    signed = _rate(numbers[1:], lambda number: services.sign_file(number, actor=PLATFORM, at=now))
    plain = _rate(numbers[1:], lay_out)
    return figures.figure(
        "licences with signed PDF",
        signed,
        "a second and core",
        TARGET_FILES_PER_S,
        met=signed >= TARGET_FILES_PER_S,
        baseline=plain,
        ratio=signed / plain,
    )


def _verify() -> Figure:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509 import load_der_x509_certificate

    from tongban.foundation import clock
    from tongban.foundation.signing import services, software
    from tongban.foundation.signing.types import PLATFORM

    now = clock.now()
    signer = services.signer_for(PLATFORM, at=now)
    data = b"x" * 300
    signature = signer.sign(data)
    der, algorithm = software.to_der(signature), ec.ECDSA(hashes.SHA256())
    key = load_der_x509_certificate(signer.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)

    ours, raw = [], []
    # In turns, so that whatever else the machine does meets both alike.
    for _round in range(ROUNDS):
        raw.append(_rate([data] * SIGNATURES, lambda one: key.verify(der, one, algorithm)))
        ours.append(
            _rate(
                [data] * SIGNATURES, lambda one: services.verify(one, signature, key_id=signer.key_id, at=now)
            )
        )
    value, baseline = statistics.median(ours), statistics.median(raw)
    share = value / baseline
    return figures.figure(
        "signatures verified by key id",
        value,
        "a second",
        TARGET_SHARE * baseline,
        met=share >= TARGET_SHARE,
        baseline=baseline,
        ratio=share,
    )


def _rate(things: list[One], work: Callable[[One], object]) -> float:
    started = time.process_time()
    for thing in things:
        work(thing)
    return len(things) / (time.process_time() - started)


if __name__ == "__main__":
    figures.run(__doc__, measure, scale="files")

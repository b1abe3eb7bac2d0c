from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.audit.models import Entry
from tongban.foundation.signing import certificates, models, services, software
from tongban.foundation.signing.types import (
    Algorithm,
    CertificateKind,
    FaultyCertificate,
    NoSigner,
    Refusal,
    SignatureRefused,
)
from tongban.kernel.actors import PLATFORM

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
BOTH = pytest.mark.parametrize("algorithm", list(Algorithm))
pytestmark = pytest.mark.django_db


def refusal(data: bytes, signature: bytes, key_id: str, at: datetime) -> SignatureRefused:
    with pytest.raises(SignatureRefused) as refused:
        services.verify(data, signature, key_id=key_id, at=at)
    return refused.value


@BOTH
def test_what_a_department_signed_verifies_and_nothing_else_does(algorithm):
    signer = services.signer_for("SCJG", algorithm=algorithm, at=AT)

    signature = signer.sign(b"content")

    assert (signer.algorithm, len(signature)) == (algorithm, 64)
    services.verify(b"content", signature, key_id=signer.key_id, at=AT)
    assert refusal(b"Content", signature, signer.key_id, AT).reason is Refusal.WRONG_SIGNATURE


@BOTH
@given(place=st.integers(0, 63), bit=st.integers(0, 7))
def test_a_signature_altered_in_one_bit_is_wrong(algorithm, place, bit):
    key = software.generate(algorithm)
    signature = bytearray(key.sign(b"content"))

    signature[place] ^= 1 << bit

    assert not software.checker(algorithm, key.public_point)(b"content", bytes(signature))


@BOTH
@pytest.mark.parametrize("signature", [b"", b"\x00" * 64, b"\xff" * 64, b"\x01" * 63, b"\x01" * 72])
def test_what_is_no_signature_is_wrong(algorithm, signature):
    key = software.generate(algorithm)

    assert not software.checker(algorithm, key.public_point)(b"content", signature)


def test_a_signature_of_es256_is_read_by_another_library():
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")

    key = x509.load_der_x509_certificate(signer.certificate).public_key()

    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(encode_dss_signature(r, s), b"content", ec.ECDSA(hashes.SHA256()))


def test_the_standards_own_example_of_sm2_verifies():
    """GM/T 0003.5 A.2: key pair and signature over "message digest" of the signer 1234567812345678."""
    point = bytes.fromhex(
        "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    signature = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )

    check = software.checker(Algorithm.SM2, point)

    assert check(b"message digest", signature)
    assert not check(b"message digest.", signature)


@BOTH
def test_the_chain_leads_from_the_signer_over_the_issuing_certificate_to_the_root(algorithm):
    signer = services.signer_for("SCJG", algorithm=algorithm, at=AT)

    own, issuing, root = (certificates.read(one) for one in services.chain(signer.key_id))

    assert own.dump() == signer.certificate
    assert certificates.is_issued_by(own, issuing)
    assert certificates.is_issued_by(issuing, root)
    assert certificates.is_issued_by(root, root)
    assert not certificates.is_issued_by(own, root)
    assert [one.certificate for one in services.trust_anchors(algorithm)] == [root.dump()]
    assert "示例" in own.subject.native["common_name"]


def test_another_library_accepts_the_chain():
    signer = services.signer_for("SCJG", at=AT)

    own, issuing, root = (x509.load_der_x509_certificate(one) for one in services.chain(signer.key_id))

    own.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    assert own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert (
        own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex() == signer.key_id
    )


def test_an_unknown_key_is_refused():
    signature = services.signer_for("SCJG", at=AT).sign(b"content")

    assert refusal(b"content", signature, "00" * 20, AT).reason is Refusal.UNKNOWN_KEY


def test_an_authority_signs_no_content():
    services.signer_for("SCJG", at=AT)
    root = services.trust_anchors()[0]

    assert refusal(b"content", b"\x01" * 64, root.key_id, AT).reason is Refusal.UNKNOWN_KEY


def test_a_revoked_certificate_refuses_from_then_on_and_says_since_when():
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")
    services.verify(b"content", signature, key_id=signer.key_id, at=AT)

    then = AT + timedelta(days=1)
    services.revoke(signer.key_id, reason="私钥可能泄露", actor=PLATFORM, at=then)

    refused = refusal(b"content", signature, signer.key_id, then)
    assert (refused.reason, refused.since) == (Refusal.REVOKED, then)
    # An instant before it, which only a trusted time stamp proves, still holds.
    services.verify(b"content", signature, key_id=signer.key_id, at=then - timedelta(seconds=1))
    assert services.signer_for("SCJG", at=then).key_id != signer.key_id
    assert Entry.objects.filter(action="REVOKE_CERTIFICATE", object_id=signer.key_id).count() == 1


def test_a_revoked_authority_takes_its_signers_with_it():
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")
    issuing = models.Certificate.objects.get(kind=CertificateKind.ISSUING)

    services.revoke(issuing.key_id, reason="停用", actor=PLATFORM, at=AT)

    assert refusal(b"content", signature, signer.key_id, AT).reason is Refusal.REVOKED


def test_a_revocation_needs_a_reason_and_leaves_the_first_one():
    signer = services.signer_for("SCJG", at=AT)

    with pytest.raises(FaultyCertificate):
        services.revoke(signer.key_id, reason=" ", actor=PLATFORM, at=AT)

    assert services.get_certificate(signer.key_id).revoked_at is None
    services.revoke(signer.key_id, reason="停用", actor=PLATFORM, at=AT)
    again = services.revoke(signer.key_id, reason="另一原因", actor=PLATFORM, at=AT + timedelta(days=1))
    assert (again.revoked_at, again.revocation_reason) == (AT, "停用")


def test_an_expired_certificate_is_refused_and_its_owner_has_a_new_one():
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")
    later = AT + services.SIGNER_TERM

    assert refusal(b"content", signature, signer.key_id, later).reason is Refusal.EXPIRED
    services.verify(b"content", signature, key_id=signer.key_id, at=later - timedelta(seconds=1))
    assert services.signer_for("SCJG", at=later).key_id != signer.key_id


def test_a_signature_from_before_the_certificate_is_refused():
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")

    refused = refusal(b"content", signature, signer.key_id, AT - timedelta(seconds=1))

    assert (refused.reason, refused.since) == (Refusal.NOT_YET_VALID, AT)


def test_the_newest_in_force_signs_and_all_verify():
    first = services.signer_for("SCJG", at=AT)
    signature = first.sign(b"content")

    later = AT + timedelta(days=30)
    issued = services.issue("SCJG", actor=PLATFORM, at=later)

    assert services.signer_for("SCJG", at=later).key_id == issued.key_id
    assert services.signer_for("SCJG", at=later - timedelta(seconds=1)).key_id == first.key_id
    services.verify(b"content", signature, key_id=first.key_id, at=later)


def test_keys_lie_sealed():
    signer = services.signer_for("SCJG", at=AT)

    row = models.Certificate.objects.get(key_id=signer.key_id)

    assert bytes(row.sealed_key).startswith(b"tb1")
    assert services._private_key(row).public_point == certificates.point_of(
        certificates.read(signer.certificate)
    )


def test_production_makes_no_signer_unasked(settings):
    settings.IS_PRODUCTION = True

    with pytest.raises(NoSigner):
        services.signer_for("SCJG", at=AT)

    assert models.Certificate.objects.count() == 0
    issued = services.issue("SCJG", actor=PLATFORM, at=AT)
    assert services.signer_for("SCJG", at=AT).key_id == issued.key_id
    assert "示例" not in certificates.read(issued.certificate).subject.native["common_name"]


def licensed(point: bytes, by: software.ES256Key, of: bytes | None) -> bytes:
    draft = certificates.Draft(
        common_name="某证书认证机构",
        organisation="某证书认证机构",
        code="CA" if of is None else "SCJG",
        point=point,
        not_before=AT,
        not_after=AT + timedelta(days=365),
        is_authority=of is None,
    )
    return certificates.write(draft, Algorithm.ES256, of, by)


def test_a_licensed_authoritys_certificate_is_taken_over_once_it_is_trusted():
    authority, own = software.generate(Algorithm.ES256), software.generate(Algorithm.ES256)
    anchor = licensed(authority.public_point, authority, None)
    given = licensed(own.public_point, authority, anchor)

    with pytest.raises(FaultyCertificate, match="not issued by"):
        services.take_over("SCJG", given, issuer=anchor, private_key=own.dump(), actor=PLATFORM, at=AT)
    services.trust(anchor, owner="CA", actor=PLATFORM, at=AT)
    with pytest.raises(FaultyCertificate, match="another one"):
        services.take_over("SCJG", given, issuer=anchor, private_key=authority.dump(), actor=PLATFORM, at=AT)
    taken = services.take_over("SCJG", given, issuer=anchor, private_key=own.dump(), actor=PLATFORM, at=AT)

    signer = services.signer_for("SCJG", at=AT)
    assert signer.key_id == taken.key_id
    services.verify(b"content", signer.sign(b"content"), key_id=signer.key_id, at=AT)
    assert services.chain(signer.key_id) == [given, anchor]


def test_verification_asks_the_database_once(django_assert_num_queries):
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")

    with django_assert_num_queries(1):
        for _ in range(20):
            services.verify(b"content", signature, key_id=signer.key_id, at=AT)

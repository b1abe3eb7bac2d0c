"""The licence's file: made once a state, signed and stamped, kept, and checked wherever it turns up again."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.licences import models, rules, selectors
from tongban.domains.licences.types import (
    CheckedFile,
    FileRefusal,
    Licence,
    LicenceFile,
    LicenceInFile,
    LicenceStatus,
    LicenceType,
)
from tongban.foundation import papers
from tongban.foundation.audit import services as audit
from tongban.foundation.signing import pdf as signed_pdf
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import (
    PLATFORM,
    Algorithm,
    Refusal,
    SignatureRefused,
    Signer,
    TimeStampRefused,
)
from tongban.foundation.storage import pdf as pdf_limits
from tongban.foundation.storage import services as storage
from tongban.foundation.storage.uploads import MAX_BYTES
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

SIGNED_DATA_FORM = "tongban-signed-data/1"
_LARGEST_DATA = 256 * 1024
_PDF, _JSON = "application/pdf", "application/json"
_REASON = "签发电子证照"

_SENTENCES: Mapping[FileRefusal, str] = {
    FileRefusal.NOT_A_FILE: gettext_noop(
        "这不是证照文件。请上传从本平台下载的 PDF 文件，或随附的 JSON 数据文件。"
    ),
    FileRefusal.TOO_LARGE: gettext_noop("文件太大，不是本平台签发的证照文件。请上传下载的原件。"),
    FileRefusal.UNSIGNED: gettext_noop("文件没有可以核验的电子签名，不能采信。请上传从本平台下载的原件。"),
    FileRefusal.ALTERED: gettext_noop("文件在签名之后被改动过，不能采信。请持证人重新下载。"),
    FileRefusal.APPENDED: gettext_noop(
        "文件在签名之后又添加了内容（例如批注、另存），不能采信。请持证人重新下载，原样发送。"
    ),
    FileRefusal.ATTACHMENT_SWAPPED: gettext_noop(
        "文件里附带的证照数据与证照库不一致，可能被替换过，不能采信。请持证人重新下载。"
    ),
    FileRefusal.UNKNOWN_SIGNER: gettext_noop("签名人不在本市的可信名单中，不能采信。请向颁发机构核实。"),
    FileRefusal.REVOKED_SIGNER: gettext_noop(
        "签名所用的证书已被吊销，不能采信。请持证人重新下载，新文件用新的证书签名。"
    ),
    FileRefusal.EXPIRED_CERTIFICATE: gettext_noop(
        "签名所用的证书已经过期，又没有可信时间戳，不能采信。请持证人重新下载。"
    ),
    FileRefusal.NOT_YET_VALID: gettext_noop("签名时间早于证书生效时间，不能采信。请向颁发机构核实。"),
    FileRefusal.BAD_TIME_STAMP: gettext_noop("文件的时间戳不可信，不能采信。请持证人重新下载。"),
    FileRefusal.OTHER_ISSUER: gettext_noop("签名的单位不是这张证照的颁发机构，不能采信。请向颁发机构核实。"),
    FileRefusal.NOT_IN_LIBRARY: gettext_noop("证照库里没有这张证照，不能采信。请向颁发机构核实。"),
}
_BY_SIGNATURE: Mapping[Refusal, FileRefusal] = {
    Refusal.UNKNOWN_KEY: FileRefusal.UNKNOWN_SIGNER,
    Refusal.REVOKED: FileRefusal.REVOKED_SIGNER,
    Refusal.EXPIRED: FileRefusal.EXPIRED_CERTIFICATE,
    Refusal.NOT_YET_VALID: FileRefusal.NOT_YET_VALID,
    Refusal.WRONG_SIGNATURE: FileRefusal.ALTERED,
    Refusal.UNSIGNED: FileRefusal.UNSIGNED,
    Refusal.APPENDED: FileRefusal.APPENDED,
}


class FileRefused(TongbanError):
    """The file is not to be relied on; `reason` says why, `since` from when where a certificate is the cause."""

    code: ClassVar[str] = "LICENCE_FILE_REFUSED"

    def __init__(self, reason: FileRefusal, message: str = "", since: datetime | None = None) -> None:
        super().__init__(f"{reason.value} {message}".strip(), sentence=_SENTENCES[reason])
        self.reason = reason
        self.since = since


def sign_file(number: str, *, actor: Actor, at: datetime) -> LicenceFile:
    """The licence's file in its present state, made, signed and stamped when it is asked for the first time.

    A file whose signer was revoked since is made anew. Raises `LicenceNotFound`, and when it cannot be signed now
    `KeyUnavailable`, `NoSigner`, `TimeStampFailed`; nothing is kept then.
    """
    licence = selectors.get_by_number(number)
    data = rules.file_data(licence, _status_since(number))
    digest = sha256(data.encode()).hexdigest()
    signer = signing.signer_for(licence.issuer, at=at)
    kept = _kept(number, digest)
    if kept is not None and not _is_revoked(kept.key_id):
        return _as_file(kept, number)
    return _as_file(_make(licence, data, signer, actor, at), number)


def check_file(content: bytes, *, at: datetime) -> CheckedFile:
    """What a PDF or a signed data file is: by whom and when it was signed, and how its licence stands today.

    Raises `FileRefused` with its reason.
    """
    if content.startswith(b"%PDF-"):
        return _check_pdf(content, at)
    return _check_data(content, at)


def _kept(number: str, digest: str) -> models.LicenceFile | None:
    rows = models.LicenceFile.objects.filter(licence__number=number, data_sha256=digest)
    return rows.order_by("-signed_at", "-id").first()


def _is_revoked(key_id: str) -> bool:
    return signing.get_certificate(key_id).revoked_at is not None


def _status_since(number: str) -> datetime:
    return selectors.history(number)[-1].at


def _make(licence: Licence, data: str, signer: Signer, actor: Actor, at: datetime) -> models.LicenceFile:
    """Made and signed outside any transaction: a time-stamping authority may keep us waiting."""
    licence_type = selectors.get_type_version(licence.licence_type, licence.type_version)
    rendered = _render(licence, licence_type, data)
    signed = signed_pdf.sign(rendered, signer=signer, reason=_REASON, at=at)
    beside = _signed_data(data, signing.signer_for(licence.issuer, algorithm=Algorithm.SM2, at=at))
    pdf_file = storage.put(signed, media_type=_PDF, purpose="licence")
    data_file = storage.put(beside, media_type=_JSON, purpose="licence")
    with transaction.atomic():
        row, is_new = models.LicenceFile.objects.get_or_create(
            licence_id=licence.id,
            data_sha256=sha256(data.encode()).hexdigest(),
            key_id=signer.key_id,
            defaults={
                "status": licence.status,
                "pdf_key": pdf_file.key,
                "data_key": data_file.key,
                "signed_at": at,
            },
        )
        if is_new:
            audit.record(
                actor=actor,
                action="SIGN_LICENCE_FILE",
                at=at,
                object_type="licences.Licence",
                object_id=licence.number,
                subject_id=licence.holder_id,
                case_number=licence.case_number or "",
                detail={"key_id": signer.key_id, "status": licence.status.value},
            )
    return row


def _as_file(row: models.LicenceFile, number: str) -> LicenceFile:
    return LicenceFile(
        number=number,
        status=LicenceStatus(row.status),
        pdf=storage.read(row.pdf_key),
        signed_data=storage.read(row.data_key),
        signed_at=row.signed_at,
    )


def _render(licence: Licence, licence_type: LicenceType, data: str) -> bytes:
    is_sample = not settings.IS_PRODUCTION
    face: dict[str, object] = {
        "title": licence.name,
        "number": licence.number,
        "serial": licence.serial,
        "holder": licence.holder_name,
        "rows": rules.face_rows(licence_type, licence.fields, licence.holder_name),
        "issuer": licence.issuer_name,
        "issued_on": rules.chinese_date(licence.issued_on),
        "term": rules.term_text(licence.valid_from, licence.valid_to),
        "stamp": rules.stamp(licence.status, is_sample=is_sample),
        "is_sample": is_sample,
        "qr": papers.qr_svg(f"{settings.PUBLIC_URL}/licences/{licence.number}/"),
        "seal": papers.seal_svg(licence.issuer_name, rules.SAMPLE_STAMP if is_sample else rules.SEAL_MARK),
        "attachment": data,
    }
    return papers.render_with_attachment(_template(licence_type), face)


def _template(licence_type: LicenceType) -> Path:
    """The type's own template where there is one."""
    if licence_type.template:
        return selectors.DATA / f"{licence_type.template}.typ"
    return selectors.GENERIC_DOCUMENT if licence_type.is_document else selectors.GENERIC_FACE


def _signed_data(data: str, signer: Signer) -> bytes:
    signature = {
        "algorithm": signer.algorithm.value,
        "key_id": signer.key_id,
        "value": base64.b64encode(signer.sign(data.encode())).decode(),
    }
    whole = {"form": SIGNED_DATA_FORM, "data": data, "signature": signature}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _check_pdf(content: bytes, at: datetime) -> CheckedFile:
    if len(content) > MAX_BYTES:
        raise FileRefused(FileRefusal.TOO_LARGE, f"{len(content)} bytes")
    try:
        signed = signed_pdf.verify(content, at=at)
    except TimeStampRefused as error:
        raise FileRefused(FileRefusal.BAD_TIME_STAMP, str(error)) from error
    except SignatureRefused as error:
        reason = _BY_SIGNATURE[error.reason]
        if reason in (FileRefusal.ALTERED, FileRefusal.APPENDED) and _is_swapped(content):
            reason = FileRefusal.ATTACHMENT_SWAPPED
        raise FileRefused(reason, str(error), error.since) from error
    attached = signed_pdf.attachment(content, rules.ATTACHMENT)
    licence = None if attached is None else _compare(attached, signed.owner, at)
    return CheckedFile(
        signer=signed.owner,
        signer_name=_name_of(signed.owner),
        algorithm=Algorithm.ES256.value,
        key_id=signed.key_id,
        signed_at=signed.signed_at,
        is_stamped=signed.is_stamped,
        licence=licence,
    )


def _check_data(content: bytes, at: datetime) -> CheckedFile:
    """A data file stands without a time stamp: it is judged by the present."""
    if len(content) > _LARGEST_DATA:
        raise FileRefused(FileRefusal.TOO_LARGE, f"{len(content)} bytes")
    data, key_id, value = _taken_apart(content)
    try:
        signing.verify(data, value, key_id=key_id, at=at)
        certificate = signing.get_certificate(key_id)
    except SignatureRefused as error:
        raise FileRefused(_BY_SIGNATURE[error.reason], str(error), error.since) from error
    return CheckedFile(
        signer=certificate.owner,
        signer_name=_name_of(certificate.owner),
        algorithm=certificate.algorithm.value,
        key_id=key_id,
        signed_at=at,
        is_stamped=False,
        licence=_compare(data, certificate.owner, at),
    )


def _taken_apart(content: bytes) -> tuple[bytes, str, bytes]:
    """Data, key id and signature of a signed data file."""
    whole = _parsed(content)
    signature = whole.get("signature")
    data = whole.get("data")
    if whole.get("form") != SIGNED_DATA_FORM or not isinstance(data, str) or not isinstance(signature, dict):
        raise FileRefused(FileRefusal.NOT_A_FILE, "not signed data")
    try:
        value = base64.b64decode(str(signature.get("value")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FileRefused(FileRefusal.ALTERED, "the signature is not base64") from error
    return data.encode(), str(signature.get("key_id"))[:64], value


def _compare(attached: bytes, signer: str, at: datetime) -> LicenceInFile:
    """The licence that a file's data is of; raises `FileRefused` when the library never said so, or another body signed."""
    number = str(_parsed(attached).get("number"))[:128]
    try:
        licence = selectors.get_by_number(number)
    except selectors.LicenceNotFound as error:
        raise FileRefused(FileRefusal.NOT_IN_LIBRARY, "no such licence") from error
    if signer != licence.issuer:
        raise FileRefused(FileRefusal.OTHER_ISSUER, f"{signer} signed a licence of {licence.issuer}")
    digest = sha256(attached).hexdigest()
    row = _kept(number, digest)
    if row is None:
        raise FileRefused(FileRefusal.ATTACHMENT_SWAPPED, f"{number} never had this data")
    return LicenceInFile(
        number=number,
        name=licence.name,
        issuer_name=licence.issuer_name,
        status_then=LicenceStatus(row.status),
        status_now=selectors.status_on(licence, shanghai_date(at)),
        is_newest=rules.file_data(licence, _status_since(number)).encode() == attached,
    )


def _is_swapped(content: bytes) -> bool:
    """Whether the file now brings other data than any that its licence ever had; a guess for the reason, never for a verdict."""
    try:
        pdf_limits.check_unfolded(content)
        attached = signed_pdf.attachment(content, rules.ATTACHMENT)
        if attached is None:
            return signed_pdf.attachment(signed_pdf.signed_revision(content), rules.ATTACHMENT) is not None
        number = str(_parsed(attached).get("number"))[:128]
    except (signed_pdf.Unreadable, pdf_limits.Unfolds, FileRefused):
        return False
    return _kept(number, sha256(attached).hexdigest()) is None


def _parsed(content: bytes) -> Mapping[str, Any]:  # Any: parsed JSON, looked at below
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileRefused(FileRefusal.NOT_A_FILE, "not JSON") from error
    if not isinstance(found, dict):
        raise FileRefused(FileRefusal.NOT_A_FILE, "not an object of JSON")
    return found


def _name_of(owner: str) -> str:
    return directory.department_names([owner]).get(owner, "通办平台" if owner == PLATFORM else owner)

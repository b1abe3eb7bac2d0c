import pytest

from tongban.foundation import crypto
from tongban.foundation.storage import services


def test_a_file_lies_encrypted_and_reads_as_it_was(settings):
    stored = services.put(b"%PDF-1.7 secret", media_type="application/pdf", purpose="attachment")

    on_disk = [path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]

    assert services.read(stored.key) == b"%PDF-1.7 secret"
    assert len(on_disk) == 1
    assert b"secret" not in on_disk[0]


def test_the_same_content_is_stored_once(settings):
    first = services.put(b"same", media_type="image/png", purpose="attachment")
    second = services.put(b"same", media_type="image/png", purpose="attachment")

    assert first == second
    assert sum(path.is_file() for path in settings.MEDIA_ROOT.rglob("*")) == 1


def test_an_altered_file_is_not_read(settings):
    stored = services.put(b"content", media_type="image/png", purpose="attachment")
    (path,) = (path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())

    original = path.read_bytes()
    path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))

    with pytest.raises(crypto.CannotDecrypt):
        services.read(stored.key)


@pytest.mark.parametrize("key", ["../../etc/passwd", "0" * 64])
def test_a_key_that_names_no_file_is_refused(key):
    with pytest.raises(services.FileMissing):
        services.read(key)

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tongban.foundation.storage import uploads


def encoded(image: Image.Image, form: str, **options: object) -> BytesIO:
    out = BytesIO()
    image.save(out, format=form, **options)
    out.seek(0)
    return out


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    inspected = uploads.inspect(encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif), "a.jpg")

    assert opened(inspected.data).size == (40, 60)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_comments_and_texts_are_dropped(form):
    texts = PngInfo()
    texts.add_text("Author", "secret-author")
    options = {"pnginfo": texts} if form == "PNG" else {"comment": b"secret-author"}
    picture = encoded(Image.new("RGB", (60, 40)), form, **options)
    assert b"secret-author" in picture.getvalue()

    inspected = uploads.inspect(picture, f"a.{form.lower()}")

    assert b"secret-author" not in inspected.data


def test_transparent_places_become_white():
    inspected = uploads.inspect(encoded(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG"), "a.png")

    assert opened(inspected.data).getpixel((5, 5)) == (255, 255, 255)


def test_a_png_named_jpg_is_taken_for_what_it_is():
    inspected = uploads.inspect(encoded(Image.new("RGB", (10, 10)), "PNG"), "screenshot.jpg")

    assert inspected.media_type == "image/png"
    assert opened(inspected.data).format == "PNG"


def test_a_telephones_full_picture_is_taken_and_made_smaller():
    inspected = uploads.inspect(encoded(Image.new("RGB", (8_000, 6_000)), "JPEG"), "a.jpg")

    assert opened(inspected.data).size == (4_000, 3_000)


def test_a_progressive_jpeg_has_the_smaller_limit():
    picture = encoded(Image.new("L", (4_100, 4_100)), "JPEG", progressive=True)

    with pytest.raises(uploads.UploadRefused) as refused:
        uploads.inspect(picture, "a.jpg")

    assert refused.value.code == "TOO_MANY_PIXELS"


MEASURE = """
import re, sys, django
django.setup()
from tongban.foundation.storage import uploads
def peak(path):
    with open(path, "rb") as file:
        uploads.inspect(file, path)
    return int(re.search("VmHWM:\\\\s*([0-9]+)", open("/proc/self/status").read())[1])
small, large = map(peak, sys.argv[1:])
print(large - small)
"""


@pytest.mark.parametrize(("form", "size"), [("png", (5_000, 3_200)), ("jpg", (8_000, 8_000))])
def test_the_largest_pictures_stay_within_200_megabytes(tmp_path, form, size):
    small, large = tmp_path / f"small.{form}", tmp_path / f"large.{form}"
    Image.new("RGB", (50, 50)).save(small)
    Image.new("RGB", size).save(large)

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, small, large], capture_output=True, text=True, check=True
    )

    assert 0 < int(done.stdout) <= 200 * 1024

"""Comparing pictures: which look the same, and what of them may not change."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from zenodo_jupyter.compare import Level
from zenodo_jupyter.compare.images import compare_image, compare_svg


def png(draw=None, size=(320, 240)):
    """Return a plot-like picture, base64-encoded."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for x in range(0, size[0], 40):
        pen.line((x, 0, x, size[1]), fill=(220, 220, 220))
    pen.line([(x, 120 + 80 * np.sin(x / 25)) for x in range(size[0])], fill=(30, 90, 200), width=3)
    if draw:
        draw(pen)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_pictures_stand_on_the_ladder():
    """Should fail if other bytes with the same pixels differ, or if much white hides a changed region."""
    picture = png()
    assert compare_image(picture, picture).level == Level.IDENTICAL
    buffer = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(picture))).save(buffer, "PNG", compress_level=0)
    assert compare_image(picture, base64.b64encode(buffer.getvalue()).decode()).level == Level.LAYOUT
    assert compare_image(picture, png(lambda pen: pen.point((5, 5), fill=(250, 250, 250)))).level == Level.LOOKS_SAME
    assert (
        compare_image(picture, png(lambda pen: pen.rectangle((150, 20, 180, 40), fill="red"))).level > Level.LOOKS_SAME
    )
    assert (
        compare_image(picture, png(lambda pen: pen.rectangle((0, 0, 300, 200), fill="black"))).level == Level.DIFFERENT
    )
    assert compare_image(picture, png(size=(322, 239))).level < Level.DIFFERENT
    assert "320 × 240 became 640 × 480" in compare_image(picture, png(size=(640, 480))).detail
    assert compare_image(picture, "AAAA").level == Level.DIFFERENT


def test_a_mark_that_moved_by_a_pixel_looks_the_same_and_a_changed_one_does_not():
    """Should fail if another font costs a figure its verdict, or hides a mark that is elsewhere or of another colour."""

    def at(x, y, ink="black"):
        return png(lambda pen: pen.ellipse((x, y, x + 14, y + 14), outline=ink, width=3), size=(640, 480))

    here = at(40, 60)
    for near in (at(41, 61), at(42, 60), at(42, 62)):
        assert compare_image(here, near).level == Level.LOOKS_SAME
    for other in (at(48, 60), at(40, 68), at(40, 60, "yellow")):
        assert compare_image(here, other).level > Level.LOOKS_SAME
        assert compare_image(other, here).level > Level.LOOKS_SAME


def test_a_change_of_colour_alone_is_seen():
    """Should fail if only brightness is compared: this red and this green are equally bright."""
    box = (50, 20, 250, 200)
    red, green = (
        png(lambda pen: pen.rectangle(box, fill="#ff0000")),
        png(lambda pen: pen.rectangle(box, fill="#008200")),
    )
    assert compare_image(red, green).level == Level.DIFFERENT


def test_svg_ids_are_random_and_lines_are_not():
    """Should fail if matplotlib's random clip path names make a drawing different, or if a moved line is not seen."""
    svg = '<svg><metadata>{}</metadata><clipPath id="{}"/><path clip-path="url(#{})" d="M 0 0 L {} 5"/></svg>'
    archived = svg.format("2020-01-01", "p1a", "p1a", 10)
    assert compare_svg(archived, svg.format("2026-11-22", "p9f", "p9f", 10)).level == Level.VOLATILE
    assert compare_svg(archived, svg.format("2020-01-01", "p9f", "p9f", 90)).level == Level.DIFFERENT


@pytest.mark.parametrize("across", [3, 4, 5])
@pytest.mark.parametrize("ink", ["black", "red", "orange", (150, 150, 150)])
def test_a_small_mark_that_is_gone_is_seen(across, ink):
    """Should fail if one point of a plot may vanish, or appear, since it is small beside all that is white."""
    mark = png(lambda pen: pen.ellipse((100, 40, 100 + across, 40 + across), fill=ink), size=(640, 480))
    for one, other in ((mark, png(size=(640, 480))), (png(size=(640, 480)), mark)):
        match = compare_image(one, other)
        assert match.level == Level.LOOKS_ALIKE
        assert re.search(r"a mark at (9[4-9]|10\d), (3[4-9]|4\d) is in one of them only", match.detail)

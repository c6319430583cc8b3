"""Compare two pictures: pixels by structural similarity, SVG by its structure."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

from .levels import IDENTICAL, Level, Match, worst
from .text import compare_text

if TYPE_CHECKING:
    import numpy as np

#: Edge of the blocks on which similarity is measured, in pixels (as in JPEG, and close to the 7 to 11 of common SSIM windows).
BLOCK = 8
#: A "tight" bounding box moves with the fonts by a pixel on each side; the picture in it is not scaled by that.
SIZE_TOLERANCE = 2
#: More pixels than this are not decoded: a small file can claim to be enormous.
MAX_PIXELS = 100_000_000
#: Below this, a region of 2 x 2 blocks shows something else, however much white there is around it.
WORST_REGION = 0.5
#: A pixel is without its like where every pixel near it in the other picture is so far off in one of the colours, of 255. So
#: many of them in a window of `WINDOW` pixels to a side are a mark that is gone or new. Measured with matplotlib 3.3 to 3.11
#: and figures from other systems: letters of other fonts leave 1 at 96, and 9 at 64; a mark of two points leaves 9 at 96.
UNLIKE = ((96, 4), (64, 12))
WINDOW = 6
#: Such a region only moved where something so similar is near; labels of other versions of a font were seen at 0.97 to 1.
ONLY_MOVED = 0.9


def compare_image(archived: str, rerun: str) -> Match:
    """Compare two base64-encoded pictures that Pillow can read.

    Parameters
    ----------
    archived, rerun : str
        The output as it was published and as it came out now.

    Returns
    -------
    Match
        The detail gives the mean similarity and that of the worst region, so that much white does not hide a difference.
    """
    a, b = ("".join(text.split()) for text in (archived, rerun))
    if a == b:
        return IDENTICAL
    try:
        first, second = _pixels(a), _pixels(b)
    except ImportError:
        return Match(Level.DIFFERENT, "the bytes differ, and without Pillow and NumPy the pixels cannot be compared")
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow and base64 raise on a damaged picture
        return Match(Level.DIFFERENT, f"the bytes differ, and one of them is no readable picture ({error})")
    if first.size == second.size and first.tobytes() == second.tobytes():
        return Match(Level.LAYOUT, "every pixel is the same")
    sizes = f"{first.width} × {first.height} became {second.width} × {second.height} pixels"
    if max(abs(first.width - second.width), abs(first.height - second.height)) > SIZE_TOLERANCE:
        return Match(Level.DIFFERENT, sizes)
    mean, region, (x, y) = max(similarity(a, b) for a, b in _overlaps(first, second))
    detail = f"structural similarity {mean:.3f}, worst region {region:.2f} at {x}, {y}"
    detail += "" if first.size == second.size else f", {sizes}"
    if mean >= 0.98 and region < WORST_REGION:
        near = max(moved(a, b) for a, b in _overlaps(first, second))
        detail += f" ({near:.2f} where a part of it may be moved by {SIZE_TOLERANCE} pixels)"
        region = WORST_REGION if near >= ONLY_MOVED else region
    if mean >= 0.98 and region >= WORST_REGION:
        marks = [lone_mark(a, b) for a, b in _overlaps(first, second)]
        if marks[0] and all(marks):
            x, y = marks[0]
            return Match(Level.LOOKS_ALIKE, f"a mark at {x}, {y} is in one of them only; {detail}")
        return Match(Level.LOOKS_SAME, detail)
    return Match(Level.LOOKS_ALIKE if mean >= 0.90 else Level.DIFFERENT, detail)


def compare_svg(archived: str, rerun: str, ran: date | None = None) -> Match:
    """Compare two SVG pictures: names that are only references count by their order, metadata and comments not at all."""
    if archived == rerun:
        return IDENTICAL
    return worst((Match(Level.VOLATILE), compare_text(_canonical_svg(archived), _canonical_svg(rerun), ran)))


def similarity(a: Any, b: Any) -> tuple[float, float, tuple[int, int]]:
    """Return the mean structural similarity of two pictures of one size, and that of the worst region.

    Parameters
    ----------
    a, b : PIL.Image.Image
        RGB pictures of the same size.

    Returns
    -------
    mean, region : float
        Each the lowest of the three colours; 1 for equal pictures. A region has 2 x 2 blocks.
    place : tuple of int
        The worst region's left and upper edge, in pixels.

    Notes
    -----
    Wang, Bovik, Sheikh, Simoncelli: Image quality assessment, 2004 (doi:10.1109/TIP.2003.819861), with its constants
    K1 = 0.01 and K2 = 0.03, on blocks that do not overlap.
    """
    ssim = _ssim(_blocks(a), _blocks(b))
    regions = _regions(ssim)
    row, column = divmod(int(regions.min(-1).argmin()), regions.shape[1])
    edge = BLOCK if regions is ssim else 2 * BLOCK
    return float(ssim.mean((0, 1)).min()), float(regions.min()), (column * edge, row * edge)


def moved(a: Any, b: Any) -> float:
    """Return the similarity of the worst region of two pictures where each may have moved by `SIZE_TOLERANCE` pixels.

    With another font, or by rounding, labels and ticks of a figure stand a pixel elsewhere, which leaves little of the
    similarity of thin lines; something that was not there before is found nowhere near.
    """
    import numpy as np

    x, y = _blocks(a), _blocks(b)
    values = _regions(_ssim(x, y)).min(-1)
    edge, reach = 2 * BLOCK, SIZE_TOLERANCE
    first = x.reshape(x.shape[0] * BLOCK, -1, 3)
    second = np.pad(y.reshape(first.shape), ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    worst = 1.0
    for row, column in zip(*np.nonzero(values < WORST_REGION), strict=True):
        top, left = row * edge, column * edge
        tile = first[top : top + edge, left : left + edge]
        near = (
            second[top + down : top + down + tile.shape[0], left + right : left + right + tile.shape[1]]
            for down, right in product(range(2 * reach + 1), repeat=2)
        )
        worst = min(worst, max(float(_ssim(_cells(tile), _cells(other)).mean((0, 1)).min()) for other in near))
        if worst < ONLY_MOVED:
            break
    return worst


def lone_mark(a: Any, b: Any) -> tuple[int, int] | None:
    """Return where one of two pictures of one size has a mark that the other has not, in pixels; None where there is none.

    A mark of a plot is too small to count in the similarity of a region, and may be all there is to see.
    """
    import numpy as np

    x, y = (np.asarray(image, dtype="int16") for image in (a, b))
    apart = np.maximum(_apart(x, y), _apart(y, x))
    for colours, pixels in UNLIKE:
        sums = np.pad(apart > colours, ((WINDOW, 0), (WINDOW, 0))).cumsum(0).cumsum(1)
        above, left = sums[:-WINDOW], sums[:, :-WINDOW]
        windows = sums[WINDOW:, WINDOW:] - above[:, WINDOW:] - left[WINDOW:] + sums[:-WINDOW, :-WINDOW]
        row, column = divmod(int(windows.argmax()), windows.shape[1])
        if windows[row, column] >= pixels:
            return max(0, column - WINDOW + 1), max(0, row - WINDOW + 1)
    return None


def _apart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how far each pixel of `x` is from the likest of those of `y` that are near; 0 where that is no matter."""
    import numpy as np

    reach = SIZE_TOLERANCE
    apart: np.ndarray = np.abs(x - y).max(-1)
    apart[apart <= min(colours for colours, _ in UNLIKE)] = 0
    rows, columns = np.nonzero(apart)
    near = np.pad(y, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    least = apart[rows, columns]
    for down, right in product(range(2 * reach + 1), repeat=2):
        least = np.minimum(least, np.abs(x[rows, columns] - near[rows + down, columns + right]).max(-1))
    apart[rows, columns] = least
    return apart


def _pixels(data: str) -> Any:
    """Decode a picture to RGB on white."""
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(data)))
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"{image.width} × {image.height} pixels are too many")
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _overlaps(a: Any, b: Any) -> Iterator[tuple[Any, Any]]:
    """Lay one picture over the other in every way that they fit, and cut off what juts out."""
    width, height = min(a.width, b.width), min(a.height, b.height)
    for x, y in product(range(abs(a.width - b.width) + 1), range(abs(a.height - b.height) + 1)):
        yield _cut(a, x, y, width, height), _cut(b, x, y, width, height)


def _cut(image: Any, x: int, y: int, width: int, height: int) -> Any:
    left, top = min(x, image.width - width), min(y, image.height - height)
    return image.crop((left, top, left + width, top + height))


def _ssim(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the similarity of each block, for each colour."""
    axes = (1, 3)
    mean_x, mean_y = x.mean(axes), y.mean(axes)
    var_x, var_y = x.var(axes), y.var(axes)
    covariance = (x * y).mean(axes) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ssim: np.ndarray = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return ssim / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))


def _regions(ssim: np.ndarray) -> np.ndarray:
    """Return the mean of each 2 x 2 blocks; the blocks themselves where there are not so many."""
    rows, columns = ssim.shape[0] // 2, ssim.shape[1] // 2
    if not (rows and columns):
        return ssim
    means: np.ndarray = ssim[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2, -1).mean((1, 3))
    return means


def _blocks(image: Any) -> np.ndarray:
    """Return the picture as an array (block row, y, block column, x, colour); edges are repeated to fill the last blocks."""
    import numpy as np

    pixels = np.asarray(image, dtype="float64")
    height, width = pixels.shape[:2]
    return _cells(np.pad(pixels, ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0)), mode="edge"))


def _cells(pixels: np.ndarray) -> np.ndarray:
    return pixels.reshape(pixels.shape[0] // BLOCK, BLOCK, pixels.shape[1] // BLOCK, BLOCK, 3)


def _canonical_svg(svg: str) -> str:
    """Drop metadata and comments, and number the ids in the order of their appearance."""
    svg = re.sub(r"<!--.*?-->|<metadata\b.*?</metadata>", "", svg, flags=re.DOTALL)
    names: dict[str, str] = {}
    for name in re.findall(r"\bid=[\"']([^\"']+)[\"']", svg):
        names.setdefault(name, f"id{len(names)}")
    reference = re.compile(r"(\bid=[\"']|url\(#|href=[\"']#)([^\"')]+)")
    svg = reference.sub(lambda m: m.group(1) + names.get(m.group(2), m.group(2)), svg)
    return svg.replace(">", ">\n")

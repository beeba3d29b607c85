"""The data sets that come with the installed packages."""

from __future__ import annotations

import importlib.util
import io
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.judge import judge
from digit_classifier.datasets.judge.source import Source
from digit_classifier.datasets.readers import Found
from digit_classifier.errors import InputError, explain, loading

if TYPE_CHECKING:
    from numpy.typing import NDArray


PACKAGED = {"format": "bundled", "files": [], "options": {}}  # the origin of data that come with the packages


def load_digits() -> Dataset:
    """Scikit-learn's bundled digits: 1797 images of 8 × 8 pixels, integers 0..16.

    Reads the file inside the installed package without importing the package, which would take longer than the
    training; falls back to `sklearn.datasets.load_digits` where that file is not as expected.
    """
    images, labels = _packaged_digits() or _imported_digits()
    return Dataset(
        name="digits",
        title="Optical recognition of handwritten digits",
        source="scikit-learn's bundled copy of the test part of the UCI data set (Alpaydin and Kaynak, 1998)",
        note="13 writers wrote all 1797 digits: a random split trains and tests on the same people.",
        samples=images.reshape(-1, 1, 8, 8),
        labels=labels,
        class_names=tuple("0123456789"),
        max_value=16,
        origin=PACKAGED,
    )


def load_iris() -> Dataset:
    """Fisher's 150 irises: four lengths in centimetres, three species."""
    measures = [f"{part} {side} (cm)" for part in ("sepal", "petal") for side in ("length", "width")]
    source = "scikit-learn's bundled copy of the UCI data set (Fisher, 1936)"
    return _load_table("iris", "iris.csv", "Irises", source, measures)


def load_wine() -> Dataset:
    """178 wines of three growers: thirteen chemical measures."""
    source = "scikit-learn's bundled copy of the UCI data set (Aeberhard and Forina, 1991)"
    return _load_table("wine", "wine_data.csv", "Wines of three growers", source, WINE)


def load_breast_cancer() -> Dataset:
    """569 biopsies from Wisconsin: mean, error and worst of ten measures of cell nuclei, malignant or benign."""
    source = "scikit-learn's bundled copy of the UCI data set (Wolberg, Street and Mangasarian, 1995)"
    measures = [f"{kind} {each}" for kind in ("mean", "worst") for each in NUCLEI]
    measures[10:10] = [f"{each} error" for each in NUCLEI]
    return _load_table("breast-cancer", "breast_cancer.csv", "Breast cancer in Wisconsin", source, measures)


WINE = [
    *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
    *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline"),
]
NUCLEI = [
    *("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points"),
    *("symmetry", "fractal dimension"),
]


def _load_table(name: str, file: str, title: str, source: str, feature_names: list[str]) -> Dataset:
    table = _packaged_table(file, len(feature_names)) or _imported_table(name)
    values, labels, class_names = table
    known = {"feature_names": feature_names, "class_names": class_names}
    found = Found(values, labels, **known, name=name, title=title, source=source)  # type: ignore[arg-type]
    return judge(found, Source(name), origin=PACKAGED, bundled=True)


def _packaged_table(file: str, features: int) -> tuple[NDArray[Any], NDArray[Any], list[str]] | None:
    """Values, labels and class names of a file whose first line is `samples,features,class names`."""
    try:
        with _packaged(file).open("rb") as stream:
            first, _, rest = stream.read(1 << 19).decode("ascii").partition("\n")
        samples, wide, *class_names = first.strip().split(",")
        table = np.loadtxt(io.StringIO(rest), delimiter=",", comments=None, ndmin=2)
        if (int(samples), int(wide), features + 1) != (len(table), features, table.shape[1]):
            return None
    except (OSError, ValueError):
        return None
    return table[:, :-1], table[:, -1], class_names


def _imported_table(name: str) -> tuple[NDArray[Any], NDArray[Any], list[str]]:
    bunch = _imported(name.replace("-", "_"))
    return bunch.data, bunch.target, [str(each) for each in bunch.target_names]


def _packaged(file: str) -> Path:
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("scikit-learn brings the data", name="scikit-learn")
    return Path(package.origin).with_name("datasets").joinpath("data", file)


def _imported(name: str) -> Any:
    """What scikit-learn's own loader returns; slow to import, and asked only where its file is not as expected."""
    with loading():
        from sklearn import datasets

    try:
        return getattr(datasets, f"load_{name}")()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        attempt = "pip install --force-reinstall scikit-learn"
        where = f"scikit-learn's {name.replace('_', ' ')}"
        raise InputError(explain(where, "the file as installed", str(error)[:60], attempt)) from error


def _packaged_digits() -> tuple[NDArray[np.uint8], NDArray[np.intp]] | None:
    try:
        with _packaged("digits.csv.gz").open("rb") as file:
            table = read_table(file.read(1 << 19), 1797)
    except (OSError, ValueError):
        return None
    return table[:, :64].reshape(-1, 8, 8), table[:, 64].astype(np.intp)


def read_table(packed: bytes, samples: int) -> NDArray[np.uint8]:
    """Rows of 64 pixels 0..16 and a digit 0..9, from compressed lines; ValueError for anything else.

    At most 300 bytes of text per row are unpacked, whatever the file says.
    """
    inflate = zlib.decompressobj(wbits=31)
    try:
        text = inflate.decompress(packed, 300 * samples)
    except zlib.error as error:
        raise ValueError("not compressed by gzip") from error
    if not inflate.eof:
        raise ValueError("more or less than a table")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # `fromstring` only warns where the text is not a list of numbers
        try:  # much faster than np.loadtxt, and as whole numbers five times as fast as floats
            table = np.fromstring(text.decode("ascii").replace("\n", ","), np.int64, sep=",").reshape(samples, 65)
        except DeprecationWarning as error:
            raise ValueError("other text than numbers") from error
    if not ((table >= 0) & (table <= [16] * 64 + [9])).all():
        raise ValueError("other numbers than pixels and digits")
    return table.astype(np.uint8)


def _imported_digits() -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    bunch = _imported("digits")
    return bunch.images.astype(np.uint8), bunch.target.astype(np.intp)

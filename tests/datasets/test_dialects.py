"""Text files as people have them: what programs write around the rows, and what their columns may be."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from data_files import write_text
from digit_classifier.datasets.load import load_dataset
from digit_classifier.datasets.readers import Asked
from digit_classifier.errors import InputError
from digit_classifier.run.predict import read_samples

if TYPE_CHECKING:
    from pathlib import Path

SIZES = np.round(np.linspace(5.1, 7.0, 20), 2)
WEIGHTS = np.round(np.linspace(3.5, 2.5, 20), 3)
KINDS = np.array(["cat", "dog"])[np.arange(20) % 2]
ROWS = [f"{a},{b},{kind}" for a, b, kind in zip(SIZES, WEIGHTS, KINDS, strict=True)]
HEAD = "size,weight,kind"


def by_numpy() -> str:
    stream = io.StringIO()
    np.savetxt(stream, np.column_stack([SIZES, WEIGHTS, np.arange(20) % 2]), "%g", ",", header="size,weight,kind")
    return stream.getvalue()


def by_r() -> str:
    """As write.table: names in quotes, and none for the column that numbers the rows."""
    rows = [f'"{n}" {row.replace(",", " ")}' for n, row in enumerate(ROWS, 1)]
    return "\n".join(['"size" "weight" "kind"', *rows])


WRITTEN = {
    "remarks before the names": "\n".join(["# measured in May", "#", HEAD, *ROWS]),
    "names in a remark, as NumPy writes them": by_numpy(),
    "blank lines, and names in a remark": "\n".join(["", "# by hand", f"#{HEAD}", "", *ROWS]),
    "the line of Excel": "\n".join(["sep=;", *(row.replace(",", ";") for row in [HEAD, *ROWS])]),
    "a comma after every row": "\n".join(f"{row}," for row in [HEAD, *ROWS]),
    "a comma after the names": "\n".join([f"{HEAD},", *ROWS]),
    "a comma after the rows": "\n".join([HEAD, *(f"{row}," for row in ROWS)]),
    "as R writes tables": by_r(),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_what_programs_write_around_the_rows_is_no_part_of_them(case: str, tmp_path: Path) -> None:
    data = load_dataset(write_text(tmp_path / "t.csv", WRITTEN[case]), Asked("kind"))
    assert data.feature_names == ("size", "weight")
    assert np.array_equal(data.samples, np.column_stack([SIZES, WEIGHTS]).astype(np.float32))
    assert np.array_equal(data.labels, np.arange(20) % 2)


def test_a_delimiter_at_the_end_of_rows_without_names_makes_no_column(tmp_path: Path) -> None:
    data = load_dataset(write_text(tmp_path / "t.csv", "\n".join(f"{row}," for row in ROWS)))
    assert (data.samples.shape, data.class_names) == ((20, 2), ("cat", "dog"))


def test_lines_are_counted_with_those_before_the_names(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "\n".join(["# one", "# two", HEAD, *ROWS[:3], "x1,2,cat", *ROWS]))
    with pytest.raises(InputError, match=r"t\.csv: line 7, column 'size': expected a number, got 'x1'"):
        load_dataset(path, Asked("kind"))


def test_a_first_row_that_counts_is_data_where_its_label_comes_again(tmp_path: Path) -> None:
    data = load_dataset(write_text(tmp_path / "t.csv", "\n".join(["0,1,cat", "1,1,dog", "1,0,cat", "0,0,dog"])))
    assert data.samples.tolist() == [[0, 1], [1, 1], [1, 0], [0, 0]]


def test_names_that_pandas_counts_are_names(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.arange(70).reshape(10, 7) * 3 % 19).assign(last=np.arange(10) % 2)
    frame.columns = range(8)
    frame.to_csv(tmp_path / "t.csv", index=False)
    data = load_dataset(tmp_path / "t.csv", Asked("7"))
    assert np.array_equal(data.samples, frame.to_numpy()[:, :7])
    assert data.feature_names == tuple("0123456")


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16", "utf-8-sig", "cp1252"])
def test_characters_of_every_usual_encoding(encoding: str, tmp_path: Path) -> None:
    text = "\n".join([HEAD.replace("size", "Größe in €"), *ROWS])
    data = load_dataset(write_text(tmp_path / "t.csv", text, encoding))
    assert data.feature_names == ("Größe in €", "weight")


def test_columns_without_a_value_are_left_out_and_those_without_a_name_get_one(tmp_path: Path) -> None:
    rows = [f"{n},{row.replace(',', ',,', 1)},NA" for n, row in enumerate(ROWS)]
    data = load_dataset(write_text(tmp_path / "t.csv", "\n".join(["a,,b,c,kind,d", *rows])), Asked("kind"))
    assert data.feature_names == ("a", "column 2", "c")
    assert "Left out, as it is empty: 'b', 'd'." in data.note
    late = [*(row.replace("dog,NA", "dog,5") if n == 19 else row for n, row in enumerate(rows))]
    path = write_text(tmp_path / "u.csv", "\n".join(["a,,b,c,kind,d", *late]))
    with pytest.raises(InputError, match="got 19 with gaps"):
        load_dataset(path, Asked("kind"))


def test_a_column_called_y_is_a_measure_beside_one_of_texts(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "\n".join(["x,y,kind", *ROWS]))
    data = load_dataset(path)
    assert (data.feature_names, data.class_names) == (("x", "y"), ("cat", "dog"))
    found = read_samples(path, Asked(labels=False, features=("x", "y")))
    assert np.array_equal(found.samples, np.column_stack([SIZES, WEIGHTS]))


def test_the_same_number_written_in_two_ways_is_one_class(tmp_path: Path) -> None:
    rows = [f"{a},{b},{('1', '1.0', '2')[n % 3]}" for n, (a, b) in enumerate(zip(SIZES, WEIGHTS, strict=True))]
    assert load_dataset(write_text(tmp_path / "t.csv", "\n".join([HEAD, *rows])), Asked("kind")).class_names == (
        "1",
        "2",
    )


REFUSED = {
    "two columns of labels": (["u,label,label", "1,a,b", "2,b,a"], "expected one column 'label', got 2"),
    "only texts beside the label": (["u,v,label", "a,b,0", "c,d,1"], "beside the label, got only text in 'u', 'v'"),
    "rows of LIBSVM": (["-1 1:5.1 3:2", "1 1:4 2:1.5"], "got LIBSVM's sparse rows; try"),
    "JSON lines": (['{"u": 1, "label": "a"}', '{"u": 2, "label": "b"}'], "got JSON lines; try"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_of_numbers_is_refused_with_what_to_try(case: str, tmp_path: Path) -> None:
    lines, says = REFUSED[case]
    with pytest.raises(InputError) as caught:
        load_dataset(write_text(tmp_path / "t.csv", "\n".join(lines)))
    assert says in str(caught.value)


def test_dropping_every_row_is_refused(tmp_path: Path) -> None:
    path = write_text(tmp_path / "t.csv", "\n".join([HEAD, *(f"{n},,a\n,{n},b" for n in range(9))]))
    with pytest.raises(InputError, match="expected rows without gaps left to train on, got a gap in every row"):
        load_dataset(path, Asked(missing="drop"))


def test_a_quote_after_a_blank_is_a_quote(tmp_path: Path) -> None:
    """NumPy would take it for a part of the cell, and the commas between it and its end for delimiters."""
    rows = [f'{n}, "a, 7, b", 0, {n % 2}' for n in range(20)]
    data = load_dataset(write_text(tmp_path / "t.csv", "\n".join(["n, what, zero, label", *rows])))
    assert (data.feature_names, data.class_names) == (("n", "zero"), ("0", "1"))
    assert np.array_equal(data.samples, np.column_stack([np.arange(20), np.zeros(20)]))
    assert np.array_equal(data.labels, np.arange(20) % 2)


@pytest.mark.parametrize("name", ["Unnamed: 0", "Unnamed: 0.1", "rownames", "row.names", "level_0", "id"])
def test_what_programs_call_the_number_of_a_row_is_no_feature(name: str, tmp_path: Path) -> None:
    rows = [f"{row},{n}" for n, row in enumerate(ROWS)]
    data = load_dataset(write_text(tmp_path / "t.csv", "\n".join([f"{HEAD},{name}", *rows])), Asked("kind"))
    assert data.feature_names == ("size", "weight")


@pytest.mark.parametrize("name", ["PAR1", "FEA1", "MZ", "ARROW1"])
def test_a_first_column_that_is_called_as_other_files_begin_is_text(name: str, tmp_path: Path) -> None:
    text = "\n".join([HEAD.replace("size", name), *ROWS])
    assert load_dataset(write_text(tmp_path / "t.csv", text)).feature_names == (name, "weight")


def test_a_column_is_found_whatever_blanks_are_in_its_name(tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "t.csv", "\n".join([f"{HEAD.replace('kind', 'The  kind')},text", *(f"{row},x" for row in ROWS)])
    )
    assert load_dataset(path, Asked("The kind")).class_names == ("cat", "dog")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["#", '"#"', "# "])
def test_a_column_called_by_the_mark_of_remarks_numbers_the_rows(delimiter: str, first: str, tmp_path: Path) -> None:
    rows = [f"{n},{row}" for n, row in enumerate(ROWS, 1)]
    text = "\n".join([f"{first},{HEAD}", *rows]).replace(",", delimiter)
    data = load_dataset(write_text(tmp_path / "t.csv", text), Asked("kind"))
    assert data.feature_names == ("size", "weight")
    assert np.array_equal(data.samples, np.column_stack([SIZES, WEIGHTS]).astype(np.float32))
    assert "Left out, as it numbers the rows: '#'." in data.note


def test_words_for_gaps_are_names_in_a_remark(tmp_path: Path) -> None:
    rows = [f"{a},{b},{n % 3},{n % 2}" for n, (a, b) in enumerate(zip(SIZES, WEIGHTS, strict=True))]
    data = load_dataset(write_text(tmp_path / "glass.csv", "\n".join(["# RI,Na,Mg,Type", *rows])), Asked("Type"))
    assert data.feature_names == ("RI", "Na", "Mg")
    assert len(data.labels) == 20
    padded = "\n".join(["# by hand,,,", "RI,Na,Mg,Type", *rows])  # as a spreadsheet fills it up
    assert load_dataset(write_text(tmp_path / "t.csv", padded), Asked("Type")).feature_names == ("RI", "Na", "Mg")


@pytest.mark.parametrize("kind", [None, "kind"])
@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["in order", "reversed"])
def test_the_index_that_pandas_writes_stands_beside_names_that_it_counts(
    kind: str | None, order: slice, tmp_path: Path
) -> None:
    frame = pd.DataFrame(np.column_stack([SIZES, WEIGHTS, SIZES[::-1]]))
    frame[kind or 3] = KINDS if kind else np.arange(20) % 2
    frame[order].to_csv(tmp_path / "t.csv")
    data = load_dataset(tmp_path / "t.csv", Asked(str(kind or 3)))
    assert data.feature_names == ("0", "1", "2")
    assert np.array_equal(data.samples, frame[[0, 1, 2]].to_numpy(np.float32)[order])
    assert np.array_equal(data.labels, (np.arange(20) % 2)[order])


def test_whole_numbers_beside_the_index_of_pandas_are_a_table_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({0: np.arange(12) * 5 % 7, 1: np.arange(12) % 2})
    frame.to_csv(tmp_path / "t.csv")
    data = load_dataset(tmp_path / "t.csv", Asked("1"))
    assert (data.feature_names, data.samples[:, 0].tolist()) == (("0",), frame[0].tolist())


def test_a_first_row_with_a_gap_and_small_numbers_is_no_row_of_names(tmp_path: Path) -> None:
    rows = [",0,1", "5.1,0.5,1", "6.2,1,0", "7.3,1,0", "8.4,1,1"]
    data = load_dataset(write_text(tmp_path / "t.csv", "\n".join(rows)), Asked("3", missing="drop"))
    assert "1 row with gaps dropped" in data.note


def test_a_column_that_is_empty_but_for_its_last_row_is_no_empty_one(tmp_path: Path) -> None:
    rows = [f"{row.replace(',', ',,,', 1)}" for row in ROWS * 60]
    rows[-1] = rows[-1].replace(",,,", ",,9,")
    path = write_text(tmp_path / "t.csv", "\n".join(["size,none,last,weight,kind", *rows]))
    with pytest.raises(InputError, match="got 1,199 with gaps"):
        load_dataset(path)

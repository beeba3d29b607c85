"""Settings: one declaration, three spellings, one grammar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError
from digit_classifier.run.prepare import prepare, suited
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.presets import DIGITS, PRESETS, Rule, Task
from digit_classifier.settings.resolve import Given, configure, example, fitted, parse, require_settings, resolve
from digit_classifier.settings.run_config import PRIVATE, SETTINGS, SPELLINGS, is_possible, recorded
from digit_classifier.settings.yaml_file import LIMIT, read_yaml

EXAMPLE = Path(__file__).parents[2] / "examples" / "digit-classifier" / "config.yaml"


def flags(**settings: object) -> list[Given]:
    return [Given(name, str(text), "--" + name.replace("_", "-"), "flag") for name, text in settings.items()]


def from_file(tmp_path: Path, text: str | bytes) -> list[Given]:
    path = tmp_path / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


@pytest.mark.parametrize("model", PRESETS)
def test_a_preset_gives_every_setting_that_has_no_default(model: str) -> None:
    config = configure(model=model)
    assert config.model == model
    assert {name for name in SETTINGS if name in PRESETS[model]} == PRESETS[model].keys()
    assert None not in [getattr(config, name) for name in PRESETS[model]]


def test_a_flag_beats_the_file_which_beats_the_preset_field_by_field(tmp_path: Path) -> None:
    file = from_file(tmp_path, "epochs: 7\nmomentum: 0.5\n")
    config = resolve(flags(epochs=3), file)
    origin = config.origin
    assert (config.epochs, config.momentum, config.test_size) == (3, 0.5, 0.2)
    assert (origin["epochs"], origin["momentum"], origin["test_size"], origin["batch_size"]) == (
        "flag",
        "config.yaml",
        "default",
        "preset mlp",
    )


def test_the_mlp_rate_reaches_zero_after_the_last_epoch_whatever_their_number() -> None:
    assert configure(epochs=7).lr_decay == pytest.approx(1 / 7)


@pytest.mark.parametrize(("first", "second"), [("test_size", "test_split"), ("random_state", "seed")])
def test_two_spellings_may_agree_but_not_differ(first: str, second: str, tmp_path: Path) -> None:
    resolve(flags(**{first: "0.2" if first == "test_size" else "2", second: "2e-1" if first == "test_size" else "2"}))
    with pytest.raises(
        InputError, match=f"--{second.replace('_', '-')}: expected the value of --{first.replace('_', '-')}"
    ):
        resolve(flags(**{first: example(first), second: "0.3" if first == "test_size" else "3"}))
    with pytest.raises(InputError, match=f"line 2, {second}: expected the value of config.yaml line 1, {first}"):
        resolve(
            (),
            from_file(
                tmp_path, f"{first}: 0.4\n{second}: 0.3\n" if first == "test_size" else f"{first}: 4\n{second}: 3\n"
            ),
        )


def test_an_alias_flag_overrides_the_other_spelling_in_the_file(tmp_path: Path) -> None:
    assert resolve(flags(seed=5), from_file(tmp_path, "random_state: 4")).random_state == 5


def test_logistic_refuses_hidden_layers_and_says_why() -> None:
    with pytest.raises(InputError, match="logistic is the network without hidden layers"):
        resolve(flags(model="logistic", hidden_sizes="64"))
    assert configure(model="logistic", hidden_sizes=()).hidden_sizes == ()


@pytest.mark.parametrize("text", ["none", "", "None"])
def test_no_hidden_layers_can_be_written_as_none_or_nothing(text: str) -> None:
    assert resolve(flags(hidden_sizes=text)).hidden_sizes == ()


def test_a_run_goes_to_a_history_or_to_one_directory() -> None:
    with pytest.raises(InputError, match="--output-dir: expected no --artifacts-root beside it"):
        resolve(flags(artifacts_root="a", output_dir="b"))


def test_a_flag_for_one_place_overrides_the_files_other_place(tmp_path: Path) -> None:
    config = resolve(flags(output_dir="b"), from_file(tmp_path, "artifacts_root: a"))
    assert (config.artifacts_root, config.output_dir) == (None, "b")


def test_places_are_never_recorded() -> None:
    assert {"artifacts_root", "output_dir", "test_data"} == PRIVATE
    assert not PRIVATE & recorded(configure(output_dir="/home/someone/secret", test_data="/home/someone/test")).keys()


def test_python_values_and_their_text_mean_the_same() -> None:
    config = configure(hidden_sizes=[32, 16], roc_per_class=True, learning_rate=1e-3, run_label="a b")
    assert (config.hidden_sizes, config.roc_per_class, config.learning_rate, config.run_label) == (
        (32, 16),
        True,
        1e-3,
        "a b",
    )
    with pytest.raises(InputError, match=r"configure: expected a setting, got 'epoch'; try epochs"):
        configure(epoch=3)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_example_in_an_error_text_is_itself_valid(name: str) -> None:
    parse(Given(name, example(name), name, ""))


@given(st.floats(min_value=0, max_value=1000, exclude_min=True))
def test_a_number_survives_the_way_through_text(value: float) -> None:
    assert parse(Given("learning_rate", as_text(value), "", ""))[1] == value


@given(st.lists(st.integers(1, 4096), max_size=8))
def test_layer_sizes_survive_the_way_through_text(sizes: list[int]) -> None:
    assert parse(Given("hidden_sizes", as_text(sizes), "", ""))[1] == tuple(sizes)


@given(st.sampled_from(sorted(SPELLINGS)), st.text())
def test_any_text_for_any_setting_is_a_value_or_an_input_error(spelling: str, text: str) -> None:
    try:
        parse(Given(spelling, text, "--" + spelling, ""))
    except InputError as error:
        assert str(error).isprintable()
        assert "; try " in str(error)


def test_the_examples_config_has_every_setting_and_no_other() -> None:
    text = EXAMPLE.read_text()
    uncommented = text.replace("\n# ", "\n")
    named = {line.split(":")[0] for line in uncommented.splitlines() if ": " in line and " " not in line.split(":")[0]}
    assert named == SETTINGS.keys() - PRIVATE


@pytest.mark.parametrize("model", PRESETS)
def test_the_examples_config_shows_the_presets_values(model: str) -> None:
    column, config = list(PRESETS).index(model), configure(model=model)
    for line in EXAMPLE.read_text().splitlines():
        name = line.removeprefix("# ").split(":")[0]
        if line.startswith("# ") and name in PRESETS[model]:
            shown = line.split("#")[2].split(";")[0].split("|")[column].strip().split(",")[0]
            value = PRESETS[model][name]
            if name in {"channels", "hidden_sizes"}:
                written = yaml.safe_load(line.split("#")[2].split("|")[column])
                assert getattr(configure(model=model, **{name: written}), name) == value
            elif shown == "1 / epochs":
                assert getattr(config, name) == 1 / config.epochs
            elif isinstance(value, Rule):
                assert parse(Given(name, shown, "", ""))[1] == getattr(config, name)
            else:
                assert parse(Given(name, shown, "", ""))[1] == value


def test_the_example_trains_on_fewer_rows_than_it_shows() -> None:
    """Nobody asked for 16 samples of a hold-out of 8."""
    few = Dataset.from_arrays([[float(row % 7), float(row % 3)] for row in range(40)], [0, 1] * 20)
    config = resolve(file=read_yaml(EXAMPLE))
    split = prepare(config, few)
    assert suited(config, split).sample_count == len(split.holdout_ids) == 8
    with pytest.raises(InputError, match="at most 8, the size of the hold-out, got 16"):
        prepare(resolve(flags(sample_count=16), read_yaml(EXAMPLE)), few)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("1E-3", 0.001), (".5", 0.5), ("+0.25", 0.25), ("3.", 3.0), ("7", 7.0)],
)
def test_yaml_numbers_are_numbers(tmp_path: Path, text: str, value: float) -> None:
    assert resolve((), from_file(tmp_path, f"learning_rate: {text}\n")).learning_rate == value


def test_yaml_null_and_comments_keep_the_default(tmp_path: Path) -> None:
    assert from_file(tmp_path, "# nothing\n") == []
    assert resolve((), from_file(tmp_path, "epochs: null\nmodel: ~\nrun_label:\n")) == configure()


def test_yaml_lists_and_texts_give_hidden_sizes(tmp_path: Path) -> None:
    for text in ("[32, 16]", '"32,16"', "32,16", "\n- 32\n- 16"):
        assert resolve((), from_file(tmp_path, f"hidden_sizes: {text}\n")).hidden_sizes == (32, 16)
    assert resolve((), from_file(tmp_path, "hidden_sizes: []\n")).hidden_sizes == ()


def test_a_label_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    assert resolve((), from_file(tmp_path, "run_label: 1.10\n")).run_label == "1.10"


BAD_YAML = [
    ("epoch: 3", r"config.yaml line 1: expected a setting, got 'epoch'; try epochs$"),
    (
        "# one\nepochs: ten",
        "config.yaml line 2, epochs: expected a whole number from 1 to 100000, got 'ten'; try epochs: ",
    ),
    ('epochs: "10"', r"epochs: expected a whole number .* got the text '10'; try epochs: \d+, without quotes"),
    ("epochs: 010", "got '010'"),
    ("epochs: 1_000", "got '1_000'"),
    ("epochs: 0x10", "got '0x10'"),
    ("epochs: 12:30:45", "got '12:30:45'"),
    ("epochs: 0", "from 1 to 100000, got '0'"),
    ("epochs: 1.0", "got '1.0'"),
    ("epochs: 99999999999999999999999", "expected a whole number"),
    ("epochs: [3]", "got a nested value"),
    ("epochs: {a: 1}", "got a nested value"),
    ("learning_rate: .inf", "got '.inf'"),
    ("learning_rate: .nan", "got '.nan'"),
    ("learning_rate: 0", "expected a number above 0, up to 1000, got '0'"),
    ("learning_rate: -1", "got '-1'"),
    ("test_size: 1", "expected a number above 0, below 1, got '1'"),
    ("roc_per_class: no", "expected true or false, got 'no'; try roc_per_class: false"),
    ("roc_per_class: yes", "expected true or false, got 'yes'"),
    ("model: svm", "expected one of mlp, cnn, logistic, got 'svm'; try model: mlp"),
    ("dataset: ' '", "expected a name, a file or a folder, got ' '"),
    ("image_shape: 28", "expected height,width in pixels, or none for a table, got '28'"),
    ("hidden_sizes: [0]", "expected up to 8 layer sizes"),
    ("hidden_sizes: [1,2,3,4,5,6,7,8,9]", "expected up to 8 layer sizes"),
    ("hidden_sizes: [[1]]", "nesting"),
    ("epochs: 3\nepochs: 4", "line 2: expected epochs once, got it twice"),
    ("- epochs", "expected 'key: value' lines"),
    ("just words", "expected 'key: value' lines"),
    ("a: b: c", "config.yaml line 1: expected YAML"),
    ("epochs: [1", "expected YAML"),
    ("\tepochs: 1", "expected YAML"),
    ("a: &x [1]\nb: *x", "got an alias"),
    ("x: " + "[" * 3000, "nesting"),
    ("epochs: !!python/object/apply:os.system ['true']", "got a nested value"),
    ("? [a, b]\n: 3", "expected a setting, got ''"),
    (b"epochs: \xff", r"config.yaml: expected UTF-8 text, got byte 0xff at 8"),
    (b"\x00", "expected YAML"),
    (b"#" * (LIMIT + 1), f"expected at most {LIMIT} bytes"),
]


@pytest.mark.parametrize(("text", "message"), BAD_YAML, ids=[str(text)[:30] for text, _ in BAD_YAML])
def test_a_bad_file_is_named_with_line_rule_and_fix(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        resolve((), from_file(tmp_path, text))
    assert str(caught.value).isprintable()
    assert "; try " in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_an_input_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    try:
        resolve((), read_yaml(path))
    except InputError as error:
        assert str(error).isprintable()


def test_every_line_of_the_examples_config_is_a_setting_that_works(tmp_path: Path) -> None:
    """Also those that are commented out: taking the mark away is what they are for."""
    lines = [line.removeprefix("# ") for line in EXAMPLE.read_text().splitlines()]
    lines = [line for line in lines if line.partition(":")[0] in SETTINGS]
    assert {line.partition(":")[0] for line in lines} == SETTINGS.keys() - PRIVATE
    for line in lines:
        (given,) = from_file(tmp_path, line)
        parse(given)


def test_sides_of_images_can_be_a_list(tmp_path: Path) -> None:
    for text in ("[28, 20]", "28,20", '"28,20"'):
        assert resolve((), from_file(tmp_path, f"image_shape: {text}\n")).image_shape == (28, 20)
    for text in ("none", '"none"'):
        assert resolve((), from_file(tmp_path, f"image_shape: {text}\n")).image_shape == ()


def test_words_and_paths_may_be_quoted_and_some_must_be(tmp_path: Path) -> None:
    text = 'model: "cnn"\nsplit: \'given\'\ndataset: "my data: #1.csv"\ntest_data: "[test].csv"\nlabel_column: "a: b"\n'
    config = resolve((), from_file(tmp_path, text))
    assert (config.model, config.split, config.label_column) == ("cnn", "given", "a: b")
    assert (config.dataset, config.test_data) == ("my data: #1.csv", "[test].csv")
    with pytest.raises(InputError, match="line 1, model: expected one of mlp, cnn, logistic, got 'cnm'"):
        resolve((), from_file(tmp_path, 'model: "cnm"'))


@pytest.mark.parametrize("value", [None, (), [], (28, 20), [28, 20], "none", "28,20"])
def test_sides_of_images_survive_the_way_through_text_and_are_possible(value: object) -> None:
    config = configure(image_shape=value)
    require_settings(config)
    assert (
        config.image_shape
        == {None: None, "none": (), (): (), (28, 20): (28, 20), "28,20": (28, 20)}[
            tuple(value) if isinstance(value, list) else value  # type: ignore[index]
        ]
    )
    stored = recorded(config).get("image_shape")
    assert is_possible("image_shape", stored)
    assert configure(image_shape=stored) == config


@pytest.mark.parametrize(
    "name",
    ["preset.yaml", "preset mlp", "presets-small.yaml", "default", "defaults.yaml", "argument", "flag", "--seed.yaml"],
)
def test_settings_of_a_file_count_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    """The origin of a value is its file's name: it must not look like that of a preset or a default."""
    path = tmp_path / name
    path.write_text("model: cnn\nepochs: 3\nhidden_sizes: [8]\nrandom_state: 5\nsample_count: 9\n")
    config = fitted(resolve((), read_yaml(path)), Task(images=True, inputs=784, samples=60_000))
    assert (config.model, config.epochs, config.hidden_sizes, config.random_state) == ("cnn", 3, (8,), 5)
    assert (config.sample_count, config.channels) == (9, (16, 32))
    origin = config.origin["epochs"]
    assert origin.endswith(name)
    assert not origin.startswith(("preset", "default", "argument", "flag", "--"))


def test_what_is_replaced_counts_as_given_and_the_rest_follows_it() -> None:
    fashion = Task(images=True, inputs=784, samples=60_000)
    config = fitted(replace(configure(), epochs=5, hidden_sizes=(32,)), fashion)
    assert config == fitted(configure(epochs=5, hidden_sizes=(32,)), fashion)
    assert (config.origin["epochs"], config.origin["batch_size"]) == ("argument", "preset mlp")
    again = fitted(replace(fitted(configure(), fashion), epochs=5), fashion)
    assert again == fitted(configure(epochs=5), fashion)
    assert fitted(replace(configure(epochs=80), epochs=5), DIGITS) == configure(epochs=5)
    assert fitted(replace(configure(), model="cnn"), DIGITS) == configure(model="cnn")
    config = fitted(replace(configure(), train_share=0.5), fashion)
    assert (config.origin["train_share"], config.origin["test_size"]) == ("argument", "default")
    assert fitted(config, DIGITS).origin["train_share"] == "argument"


@pytest.mark.parametrize("name", ["epochs", "learning_rate", "hidden_sizes"])
def test_an_integer_of_more_digits_than_python_writes_is_refused(name: str) -> None:
    value = 10**5000
    for came in (value, [value]):
        with pytest.raises(InputError, match=f"{name}: expected .* got 'an integer of 16610 bits'"):
            configure(**{name: came})
    with pytest.raises(InputError, match=f"{name}: expected .* got an integer of 16610 bits"):
        require_settings(replace(configure(), **{name: value}))

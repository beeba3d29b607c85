"""The target of MLflow: whether a store is behind a tracking URI, or can be made there, before anything is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from digit_classifier.errors import InputError, explain, option, show
from digit_classifier.exporters import EXAMPLES
from digit_classifier.text import as_path, clean_text, without_password

if TYPE_CHECKING:
    from pathlib import Path


def database_of(target: str) -> Path | None:
    """The file of a tracking URI of SQLite."""
    return as_path(target.removeprefix("sqlite:///")).absolute() if target.startswith("sqlite:///") else None


def store_at(target: str) -> str:
    """The tracking URI for MLflow; InputError unless it is one, and a store is there, or can be made."""
    scheme, separator, _ = target.partition("://")
    attempt = option("output", EXAMPLES["mlflow"])
    if not separator or scheme == "file":  # MLflow no longer takes folders
        raise InputError(explain(show(without_password(target)), "a tracking URI", "a path", attempt))
    if scheme in ("http", "https"):
        _require_answer(target)
    elif database := database_of(target):
        if "?" in str(database):  # what follows it is no part of the path to MLflow
            came = "one with a question mark"
            raise InputError(explain(show(without_password(target)), "the path of a file", came, attempt))
        _require_database(database)
        return f"sqlite:///{database.as_posix()}"
    elif scheme.startswith("sqlite"):  # a store in memory is gone when the command ends
        raise InputError(explain(show(without_password(target)), "a file of SQLite", "none", attempt))
    return target


def _require_answer(target: str) -> None:
    from ssl import SSLError
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        urlopen(f"{without_password(target).rstrip('/')}/health", timeout=10).close()  # noqa: S310 - http or https
    except HTTPError:
        pass  # somebody is there
    except (OSError, ValueError) as error:
        if isinstance(getattr(error, "reason", error), SSLError):
            return  # somebody is there; which certificates are trusted is for the settings of MLflow to say
        came = clean_text(str(getattr(error, "reason", error)), 200)
        raise InputError(explain("mlflow", "a tracking server that answers", came, "mlflow server")) from error


def _require_database(path: Path) -> None:
    """A file that is absent, empty, or MLflow's own: it would make its tables in any."""
    attempt = option("output", EXAMPLES["mlflow"])
    if not path.parent.is_dir():
        raise InputError(explain(path, "a file in a folder", "no such folder", attempt))
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise InputError(explain(path, "a database of MLflow", str(error), attempt)) from error
    if tables and not {"experiments", "runs", "alembic_version"} <= tables:
        raise InputError(explain(path, "a database of MLflow", "another database", attempt))

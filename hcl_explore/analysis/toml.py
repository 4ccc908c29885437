"""Data files in TOML, read so that a mistake is reported with its file, line and reason."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from hcl_explore.errors import DeviceError, SourceSpan

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


class DataFile:
    """One parsed file; ``take`` and its kind check a field and point at it when it is wrong."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = _LINE.search(str(error))
            reason = _LINE.sub("", str(error)).strip()
            line, column = (int(place[1]), int(place[2])) if place else (len(self.lines), 1)
            raise DeviceError(
                f"{name} is not valid TOML: {reason}", span=self.span_at(line, column)
            ) from None

    def span_at(self, line: int, column: int = 1) -> SourceSpan:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return SourceSpan(self.name, line, column, max(len(text) + 1, column + 1), text)

    def error(self, reason: str, key: str, occurrence: int = 0) -> DeviceError:
        """A ``DeviceError`` that points at the ``occurrence``-th line that sets ``key`` (or opens a
        table of that name), or at the file where there is none."""
        pattern = re.compile(rf"\s*(?:{re.escape(key)}\s*=|\[+{re.escape(key)}\]+)")
        places = [n for n, line in enumerate(self.lines, 1) if pattern.match(line)]
        span = self.span_at(places[min(occurrence, len(places) - 1)]) if places else None
        where = "" if span else f"{self.name}: "
        return DeviceError(f"{where}{reason}", span=span)

    def text(self, table: Mapping[str, Any], key: str, number: int = 0) -> str:
        """A field that must be there and be text."""
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self.error(f"'{key}' must be text, not {value!r}", key, number)
        return value

    def count(self, table: Mapping[str, Any], key: str, number: int = 0) -> int | None:
        """An optional field that must be an integer of at least 0."""
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.error(
                f"'{key}' must be an integer of at least 0, not {value!r}", key, number
            )
        return value

    def positive(self, table: Mapping[str, Any], key: str, number: int = 0) -> float | None:
        """An optional field that must be a number above 0."""
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise self.error(f"'{key}' must be a number above 0, not {value!r}", key, number)
        return float(value)

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """The entries of an array of tables; empty where it is absent."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.error(f"'{key}' must be a list of tables, [[{key}]]", key)
        return value


def packaged_names(folder: str) -> list[str]:
    """The names of the TOML files in a folder of this package, sorted."""
    entries = resources.files("hcl_explore").joinpath(folder).iterdir()
    return sorted(entry.name[:-5] for entry in entries if entry.name.endswith(".toml"))


def read_packaged(folder: str, name: str) -> DataFile:
    """A TOML file of this package."""
    file = resources.files("hcl_explore").joinpath(folder).joinpath(f"{name}.toml")
    return DataFile(f"{folder}/{name}.toml", file.read_text(encoding="utf-8"))


def read_path(path: Path) -> DataFile:
    """A TOML file of the user's. Raises ``DeviceError`` if it cannot be read."""
    try:
        return DataFile(str(path), path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeviceError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DeviceError(f"cannot read {path}: it is not text in UTF-8") from None

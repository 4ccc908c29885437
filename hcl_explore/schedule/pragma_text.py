"""The text of Vitis and Vivado HLS pragmas and of their Tcl directives, read."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from hcl_explore.errors import ArgumentError

_PRAGMA = re.compile(
    r"^\s*(?:(?P<place>[^#]*?):\s*)?#\s*pragma\s+HLS\s+(?P<body>.*?)(?://.*)?$", re.I
)
_DIRECTIVE = re.compile(r"^\s*set_directive_(?P<name>\w+)\s+(?P<rest>.*)$")
_ON_A_VARIABLE = frozenset({"array_partition", "array_reshape", "stream", "bind_storage"})


@dataclass(frozen=True)
class Pragma:
    """One pragma: its name in lower case, where it stands, its options in lower case, its line."""

    name: str
    place: str
    options: Mapping[str, str]
    text: str

    def number(self, key: str, default: int, macros: Mapping[str, int]) -> int:
        """The number of an option, which may be the name of one of ``macros``.

        Raises:
            ArgumentError: it is neither.
        """
        text = self.options.get(key, "")
        if not text:
            return default
        if text in macros:
            return macros[text]
        if not text.isdigit():
            raise ArgumentError(
                f"'{key}' of a pragma must be a number, not {text!r}: {self.text}",
                advice=f'Say what the macro stands for: macros={{"{text}": …}}.',
            )
        return int(text)

    @property
    def is_off(self) -> bool:
        return "off" in self.options


def parse_pragma(text: str) -> Pragma | None:
    """A pragma or Tcl directive; None for a line that holds neither."""
    match = _PRAGMA.match(text)
    if match is not None:
        words = re.sub(r"\s*=\s*", "=", match["body"].strip()).split()
        if not words:
            return None
        options = dict(_option(word) for word in words[1:])
        return Pragma(words[0].lower(), (match["place"] or "").strip(), options, text.strip())
    directive = _DIRECTIVE.match(text)
    return None if directive is None else _tcl(directive["name"].lower(), directive["rest"], text)


def _tcl(name: str, rest: str, text: str) -> Pragma:
    options = {}
    positional = []
    words = shlex.split(rest)
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            has_value = bool(words) and not words[0].startswith("-") and "/" not in words[0]
            options[word[1:].lower()] = words.pop(0) if has_value else ""
        else:
            positional.append(word)
    place = positional[0] if positional else ""
    if name in _ON_A_VARIABLE and len(positional) > 1:
        options["variable"] = positional[1]
    return Pragma(name, place.split("/")[-1], options, text.strip())


def _option(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key.lower(), value

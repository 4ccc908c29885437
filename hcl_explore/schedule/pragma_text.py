"""The text of Vitis and Vivado HLS pragmas and of their Tcl directives, read."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from hcl_explore.errors import ArgumentError

_PLACE = r"^\s*(?:(?P<place>[^#]*?):\s*)?"
_PRAGMA = re.compile(
    _PLACE + r"#\s*pragma\s+(?P<who>HLS|AP|ACCEL)\s+(?P<body>.*?)(?:(?://|/\*).*)?$", re.I
)
_OPERATOR = re.compile(_PLACE + r'_Pragma\s*\(\s*"\s*(?P<who>HLS)\s+(?P<body>[^"]*)"\s*\)', re.I)
_TCL = re.compile(
    r"^\s*(?:set_directive_(?P<name>\w+)|(?P<config>config_\w+))(?:\s+(?P<rest>.*))?$"
)
_NAMES_ITS_VARIABLE = {
    "interface": "port",
    **dict.fromkeys(
        (
            "array_partition",
            "array_reshape",
            "stream",
            "bind_storage",
            "bind_op",
            "resource",
            "dependence",
            "aggregate",
            "disaggregate",
            "stable",
            "shared",
            "reset",
        ),
        "variable",
    ),
}
"""Tcl directives whose second word is a variable, and the option of the pragma that names it."""
_FLAGS = frozenset(
    [
        "off",
        "rewind",
        "skip_exit_check",
        "region",
        "recursive",
        "force",
        "register",
        "enable_flush",
        "dual",
    ]
)
"""Options that take no value, so that the word behind them is a place."""


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
        if not (text.isascii() and text.isdigit()):
            raise ArgumentError(
                f"'{key}' of a pragma must be a number, not {text!r}: {self.text}",
                advice=f'Say what the macro stands for: macros={{"{text}": …}}.',
            )
        return int(text)

    @property
    def is_off(self) -> bool:
        return "off" in self.options


def parse_pragma(text: str) -> Pragma | None:
    """A pragma (``#pragma HLS …``, ``_Pragma("HLS …")``), a Tcl directive or a ``config_…`` line;
    None for a line that holds none of them."""
    match = _PRAGMA.match(text) or _OPERATOR.match(text)
    if match is not None:
        body = match["body"].strip().rstrip("\\;").strip()
        words = re.sub(r"\s*=\s*", "=", body).split()
        if not words:
            return None
        options = dict(_option(word) for word in words[1:])
        prefix = "accel_" if match["who"].lower() == "accel" else ""
        return Pragma(
            prefix + words[0].lower(), (match["place"] or "").strip(), options, text.strip()
        )
    directive = _TCL.match(text)
    if directive is None:
        return None
    name = (directive["name"] or directive["config"]).lower()
    return _tcl(name, directive["rest"] or "", text.strip())


def _tcl(name: str, rest: str, text: str) -> Pragma:
    try:
        words = shlex.split(rest, comments=True)
    except ValueError as error:
        raise ArgumentError(f"the directive cannot be read ({error}): {text}") from None
    options = {}
    positional = []
    while words:
        word = words.pop(0)
        key = word[1:].lower()
        if word.startswith("-") and key:
            has_value = bool(words) and not words[0].startswith("-") and "/" not in words[0]
            options[key] = words.pop(0) if has_value and key not in _FLAGS else ""
        else:
            positional.append(word)
    place = positional[0] if positional else ""
    variable = _NAMES_ITS_VARIABLE.get(name)
    if variable is not None and len(positional) > 1:
        options[variable] = positional[1]
    return Pragma(name, place.split("/")[-1], options, text)


def _option(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key.lower(), value.lstrip("&*")

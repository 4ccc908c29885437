"""Light tokenizers for the languages that the panes show.

They colour text and never judge it: whatever does not match is passed through unmarked, so any
text at all can be shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Language = Literal["mlir", "cpp", "python", "assembly", "text"]


class Token(NamedTuple):
    """A run of characters and its CSS class (empty where it has none)."""

    css: str
    text: str


_MLIR = r"""
  (?P<c>//.*)
| (?P<s>"(?:[^"\\]|\\.)*"?)
| (?P<v>%[\w.$-]+(?:\#\d+)?)
| (?P<f>@[\w.$-]+)
| (?P<a>[\#!^][\w.$-]+)
| (?P<t>\b(?:memref|vector|tensor|index|none|[su]?i\d+|b?f\d+)\b|(?<=<)(?:\d+x|\?x)+\w+)
| (?P<k>\b[a-z_]\w*\.[a-z_][\w.]*|\b(?:module|attributes|to|step|min|max|mod|floordiv|ceildiv)\b)
| (?P<n>-?\b\d[\d.]*(?:[eE][-+]?\d+)?\b)
| (?P<w>\s+) | (?P<i>[A-Za-z_][\w.$]*) | (?P<p>.)
"""

_CPP_KEYWORDS = (
    "auto|bool|break|case|char|class|const|constexpr|continue|default|do|double|else|enum|extern"
    "|false|float|for|half|if|inline|int|long|namespace|return|short|signed|sizeof|static|struct"
    "|switch|template|true|typedef|typename|unsigned|using|void|volatile|while"
)
_CPP = rf"""
  (?P<c>//.*|/\*.*?(?:\*/|$))
| (?P<g>^\s*\#.*)
| (?P<s>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)
| (?P<t>\b(?:u?int\d+_t|size_t|ap_u?int|ap_u?fixed|ac_int|ac_fixed|ac_channel|hls::\w+)\b)
| (?P<k>\b(?:{_CPP_KEYWORDS})\b)
| (?P<n>\b\d[\w.]*(?:[eE][-+]\d+f?)?)
| (?P<w>\s+) | (?P<i>[A-Za-z_]\w*) | (?P<p>.)
"""

_PYTHON_KEYWORDS = (
    "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|for"
    "|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while"
    "|with|yield"
)
_PYTHON = rf"""
  (?P<c>\#.*)
| (?P<s>[rbfRBF]{{0,2}}(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?))
| (?P<t>\b(?:u?int\d+|b?float\d+|index|Int|UInt|Fixed|UFixed)\b)
| (?P<k>\b(?:{_PYTHON_KEYWORDS})\b)
| (?P<n>\b\d[\w.]*)
| (?P<w>\s+) | (?P<i>[A-Za-z_]\w*) | (?P<p>.)
"""

_ASSEMBLY = r"""
  (?P<c>[\#;].*|//.*)
| (?P<f>^\s*[\w.$"]+:)
| (?P<v>\b(?:[re]?[abcd]x|[re]?[sd]i|[re]?[sb]p|[re]?ip|r\d+[dwb]?|[xyz]mm\d+|[xwvqds]\d+)\b)
| (?P<t>\b(?:byte|word|dword|qword|xmmword|ymmword|zmmword|ptr)\b)
| (?P<k>(?<=\t)[a-z][\w.]*(?=\s|$))
| (?P<n>-?\b(?:0x)?\d[\da-fA-F]*\b)
| (?P<w>\s+) | (?P<i>[A-Za-z_.$][\w.$]*) | (?P<p>.)
"""

_PATTERNS: dict[Language, re.Pattern[str]] = {
    "mlir": re.compile(_MLIR, re.VERBOSE),
    "cpp": re.compile(_CPP, re.VERBOSE),
    "python": re.compile(_PYTHON, re.VERBOSE),
    "assembly": re.compile(_ASSEMBLY, re.VERBOSE),
}

# Groups that need no colour of their own: white space, plain identifiers, punctuation.
_PLAIN = frozenset("wip")


@lru_cache(maxsize=16384)
def tokenize(language: Language, line: str) -> tuple[Token, ...]:
    """The tokens of one line; their texts joined give the line back, character for character.

    Neighbouring unmarked tokens are merged. Cached, since consecutive steps share most lines.
    """
    pattern = _PATTERNS.get(language)
    if pattern is None or not line:
        return (Token("", line),)
    tokens: list[Token] = []
    plain: list[str] = []
    for match in pattern.finditer(line):
        group = match.lastgroup or "p"
        if group in _PLAIN:
            plain.append(match.group())
            continue
        if plain:
            tokens.append(Token("", "".join(plain)))
            plain.clear()
        tokens.append(Token(f"t-{group}", match.group()))
    if plain:
        tokens.append(Token("", "".join(plain)))
    return tuple(tokens)

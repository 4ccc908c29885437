"""The parameters of a C++ function, read from its text.

Enough of C++ for the top function of an HLS design: integer constants and macros, ``typedef`` and
``using``, and parameters that are scalars or arrays of known size. What is not understood is an
error that asks for the ports to be declared.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from hcl_explore.errors import IpError
from hcl_explore.lang.types import (
    BOOL,
    Fixed,
    Int,
    ScalarType,
    UFixed,
    UInt,
    float16,
    float32,
    float64,
)

_NATIVE: dict[str, ScalarType] = {
    "float": float32,
    "double": float64,
    "half": float16,
    "bool": BOOL,
    "char": Int(8),
    "signed char": Int(8),
    "int8_t": Int(8),
    "unsigned char": UInt(8),
    "uint8_t": UInt(8),
    "short": Int(16),
    "int16_t": Int(16),
    "unsigned short": UInt(16),
    "uint16_t": UInt(16),
    "int": Int(32),
    "int32_t": Int(32),
    "unsigned": UInt(32),
    "unsigned int": UInt(32),
    "uint32_t": UInt(32),
    "long long": Int(64),
    "int64_t": Int(64),
    "unsigned long long": UInt(64),
    "uint64_t": UInt(64),
}
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_EXACT = re.compile(r"ap_(u?)int<(\d+)>")
_FIXED = re.compile(r"ap_(u?)fixed<(\d+),(-?\d+)>")
_PARAMETER = re.compile(
    r"(?P<type>.+?)\s*(?P<mark>[*&]*)\s*\b(?P<name>\w+)\s*(?P<sizes>(\[[^\]]*\])*)"
)
_DEFINITION = r"(?P<before>[^;{{}}#>\n]*(?:\"C\"\s*)?)\b{name}\s*\((?P<inside>[^;{{}}]*)\)\s*{{"
_CONSTANT = re.compile(r"\bconst(?:expr)?\s+(?:unsigned\s+)?(?:int|size_t)\s+(\w+)\s*=\s*([^;]+);")


@dataclass(frozen=True)
class Parameter:
    """``sizes`` is None for a value; () for a reference or pointer, whose size is not known."""

    name: str
    ctype: str
    element: ScalarType
    sizes: tuple[int, ...] | None
    is_const: bool


@dataclass(frozen=True)
class Parsed:
    """A function's parameters, and whether it has C linkage."""

    parameters: tuple[Parameter, ...]
    is_c: bool


def parse_function(text: str, name: str, file: str, included: str = "") -> Parsed:
    """Find the definition of ``name`` in ``text``; ``included`` is the text of headers, for their
    constants and types.

    Raises:
        IpError: there is no such function, it returns a value, or a parameter is not understood.
    """
    source = _COMMENT.sub(" ", text)
    names = _Names(_COMMENT.sub(" ", included) + "\n" + source)
    found = re.search(_DEFINITION.format(name=re.escape(name)), source)
    if found is None:
        functions = sorted(set(re.findall(r"\b(\w+)\s*\([^;{}()]*\)\s*{", source)) - _STATEMENTS)
        raise IpError(
            f"{file} defines no function '{name}'",
            advice=f"It defines {', '.join(functions)}." if functions else None,
        )
    before = found["before"].strip()
    if before.split()[-1:] != ["void"]:
        raise IpError(
            f"'{name}' in {file} must return void, not {before.removeprefix('extern').strip()}",
            advice="Give the result through an array parameter.",
        )
    is_c = '"C"' in before or re.search(r'extern\s*"C"\s*{', source[: found.start()]) is not None
    parameters = [
        _parameter(part, names, name, file) for part in _split(found["inside"]) if part != "void"
    ]
    return Parsed(tuple(parameters), is_c)


_STATEMENTS = {"if", "for", "while", "switch", "catch"}


def _split(inside: str) -> list[str]:
    """The parameters, cut at commas outside angle brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(inside):
        depth += {"<": 1, ">": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(inside[start:position])
            start = position + 1
    parts.append(inside[start:])
    return [" ".join(part.split()) for part in parts if part.strip()]


def _parameter(text: str, names: _Names, function: str, file: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise IpError(f"the parameter '{text}' of '{function}' in {file} is not understood")
    words = match["type"].split()
    is_const = "const" in words
    ctype = names.resolve(" ".join(word for word in words if word != "const"))
    element = element_type(ctype)
    if element is None:
        raise IpError(
            f"the parameter '{match['name']}' of '{function}' in {file} has the type {ctype}, "
            "which no type of a kernel matches",
            advice="Parameters are float, double, bool, integers, ap_int, ap_uint, ap_fixed and "
            "arrays of them.",
        )
    sizes: tuple[int, ...] | None = None
    if match["sizes"] or match["mark"]:
        texts = re.findall(r"\[([^\]]*)\]", match["sizes"])
        known = [names.number(size) for size in texts]
        if match["mark"] or any(size is None for size in known):
            known = []
        sizes = tuple(size for size in known if size is not None)
    return Parameter(match["name"], ctype, element, sizes, is_const)


def element_type(ctype: str) -> ScalarType | None:
    """The kernel's type for a C++ type, None where there is none."""
    if ctype in _NATIVE:
        return _NATIVE[ctype]
    exact = _EXACT.fullmatch(ctype)
    if exact is not None:
        return (UInt if exact[1] else Int)(int(exact[2]))
    fixed = _FIXED.fullmatch(ctype)
    if fixed is not None:
        width, whole = int(fixed[2]), int(fixed[3])
        return (UFixed if fixed[1] else Fixed)(width, width - whole)
    return None


class _Names:
    """Integer constants, macros and names of types in a text."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, str] = dict(
            re.findall(r"^\s*#\s*define\s+(\w+)\s+([^\n\\]+)$", text, re.M)
        )
        self._values.update(_CONSTANT.findall(text))
        self._types: dict[str, str] = {
            name: kind for kind, name in re.findall(r"\btypedef\s+([^;{}]+?)\s*\b(\w+)\s*;", text)
        }
        self._types.update(re.findall(r"\busing\s+(\w+)\s*=\s*([^;]+);", text))

    def resolve(self, ctype: str) -> str:
        """A type with the names in it replaced, in one spelling."""
        for _ in range(16):
            if ctype in self._types:
                ctype = " ".join(self._types[ctype].split())
            elif ctype in self._values:
                ctype = " ".join(self._values[ctype].split())
            else:
                break
        ctype = ctype.removeprefix("std::")
        head, bracket, arguments = ctype.partition("<")
        if not bracket:
            return ctype
        sizes = [self.number(part) for part in arguments.rstrip("> ").split(",")]
        shown = ",".join("?" if size is None else str(size) for size in sizes)
        return f"{head.strip()}<{shown}>"

    def number(self, text: str) -> int | None:
        """The value of a constant integer expression."""
        for _ in range(16):
            if not re.search(r"[A-Za-z_]", text):
                break
            text = re.sub(r"\b[A-Za-z_]\w*\b", lambda m: f"({self._values.get(m[0], m[0])})", text)
        try:
            return _value(ast.parse(text.strip(), mode="eval").body)
        except (SyntaxError, ValueError):
            return None


def _value(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div) and right:
            return left // right
        if isinstance(node.op, ast.LShift) and 0 <= right < 64:
            return left << right
    raise ValueError("not a constant")

"""Compiling and running emitted C++ with g++, for tests: many kernels in one translation unit."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hcl_explore.backend.hls import HlsCode, Port
from hcl_explore.backend.hls.headers import include_directories
from hcl_explore.lang.types import FixedType, IntegerType, parse_type

FLAGS = ["-std=c++14", "-ffp-contract=off", "-w", "-shared", "-fPIC"]


def compile_texts(texts: Sequence[str], folder: Path, dialect: str, optimise: str = "-O0") -> Path:
    """A shared library of several emitted texts, each in a namespace of its own."""
    heads, bodies = [], []
    for number, text in enumerate(texts):
        lines = text.split("\n")
        heads += [line for line in lines if line.startswith("#include")]
        rest = "\n".join(line for line in lines if not line.startswith("#include"))
        bodies.append(f"namespace unit_{number} {{\n{rest}\n}}\n")
    source = folder / "unit.cpp"
    source.write_text("\n".join([*dict.fromkeys(["#include <cstdint>", *heads]), *bodies]))
    library = folder / "unit.so"
    includes = [f"-I{path}" for path in include_directories(dialect)]
    command = ["g++", *FLAGS, optimise, *includes, str(source), "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    assert done.returncode == 0, "\n".join([str(source), *errors[:10]])
    return library


def check_syntax(code: HlsCode, folder: Path) -> str:
    """What ``g++ -fsyntax-only -Wall`` says of a text; empty if nothing."""
    source = folder / "unit.cpp"
    source.write_text(code.text)
    includes = ["-isystem" + str(path) for path in include_directories(code.dialect)]
    options = ["-std=c++14", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unknown-pragmas"]
    options += ["-Wno-unused-label"]
    command = ["g++", *options, *includes, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.stderr


@dataclass
class Entry:
    """One kernel and the C++ function that calls it with plain memory."""

    code: HlsCode
    symbol: str
    wrapper: str

    @classmethod
    def of(cls, code: HlsCode, number: int) -> Entry:
        symbol = f"entry_{number}"
        return cls(code, symbol, _wrapper(code, symbol))

    @property
    def text(self) -> str:
        # Without C linkage, kernels of one name can share a library.
        return self.code.text.replace('\nextern "C" ', "\n", 1) + self.wrapper


def compile_entries(
    codes: Sequence[HlsCode], folder: Path, optimise: str = "-O0"
) -> tuple[ctypes.CDLL, list[Entry]]:
    entries = [Entry.of(code, number) for number, code in enumerate(codes)]
    library = compile_texts([e.text for e in entries], folder, codes[0].dialect, optimise)
    return ctypes.CDLL(str(library)), entries


def call(library: ctypes.CDLL, entry: Entry, arguments: Sequence[Any]) -> list[Any]:
    """Results as the JIT gives them; array arguments are updated in place."""
    memories: dict[tuple[str, int], np.ndarray] = {}
    for port in entry.code.ports:
        memory = np.zeros((_count(port), _words(port)), dtype=_storage(port))
        if port.origin == "argument":
            _fill(memory, np.asarray(arguments[port.position]), port)
        memories[port.origin, port.position] = memory
    pointers = (ctypes.c_void_p * len(entry.code.ports))(
        *(memories[port.origin, port.position].ctypes.data for port in entry.code.ports)
    )
    getattr(library, entry.symbol)(pointers)
    results = {}
    for port in entry.code.ports:
        values = _read(memories[port.origin, port.position], port)
        if port.origin == "result":
            results[port.position] = values if port.shape else values.ravel()[0].item()
        elif port.shape and port.direction != "in":
            arguments[port.position][...] = values
    return [results[position] for position in sorted(results)]


def _count(port: Port) -> int:
    return int(np.prod(port.shape or (1,)))


def _words(port: Port) -> int:
    return -(-port.element_bits // 64)


def _storage(port: Port) -> np.dtype[Any]:
    if "float" in port.dtype:
        return np.dtype(port.dtype)
    if port.element_bits > 64:
        return np.dtype(np.uint64)
    if port.dtype == "index":
        return np.dtype(np.int32)
    scalar = parse_type(port.dtype)
    return np.dtype(np.uint8) if port.dtype == "uint1" else scalar.numpy_dtype


def _fill(memory: np.ndarray, values: np.ndarray, port: Port) -> None:
    if port.element_bits <= 64:
        memory[:, 0] = values.ravel()
        return
    for row, value in zip(memory, values.ravel(), strict=True):
        for word in range(len(row)):
            row[word] = (int(value) >> (64 * word)) & ((1 << 64) - 1)


def _read(memory: np.ndarray, port: Port) -> np.ndarray:
    shape = port.shape or ()
    if port.element_bits <= 64:
        values = memory[:, 0].reshape(shape)
        return values.astype(bool) if port.dtype == "uint1" else values
    scalar = parse_type(port.dtype)
    assert isinstance(scalar, (IntegerType, FixedType))
    wide = np.empty(len(memory), dtype=object)
    for position, row in enumerate(memory):
        wide[position] = scalar.wrap(sum(int(word) << (64 * i) for i, word in enumerate(row)))
    return wide.reshape(shape)


def _wrapper(code: HlsCode, symbol: str) -> str:
    """C++ that copies plain memory into the kernel's own types and back."""
    before, after, names = [], [], []
    call_to = ""
    exact = "ap_uint<{}>" if code.dialect == "vitis" else "ac_int<{}, false>"
    for number, port in enumerate(code.ports):
        count = _count(port)
        storage = {"float16": "_Float16", "float32": "float", "float64": "double"}.get(
            port.dtype, f"{_storage(port)}_t"
        )
        memory = f"static_cast<{storage}*>(p[{number}])"
        name = f"v{number}"
        extents = "".join(f"[{extent}]" for extent in port.shape or ())
        flat = f"(({port.ctype}*)&{name})[i]"
        for_each = f"for (int i = 0; i < {count}; ++i)"
        declared = f"{'static ' if port.shape else ''}{port.ctype} {name}{extents}"
        before.append(f"{declared};")
        if port.element_bits > 64:
            words, wide = _words(port), exact.format(port.element_bits)
            before.append(
                f"{for_each} {{ {wide} v = 0; for (int w = {words - 1}; w >= 0; --w) "
                f"v = (v << {min(64, port.element_bits - 1)}) | {wide}({memory}[i * {words} + w]);"
                f" {flat} = v; }}"
            )
            after.append(
                f"{for_each} for (int w = 0; w < {words}; ++w) {memory}[i * {words} + w] = "
                f"({wide}({flat}) >> (64 * w)).to_uint64();"
            )
        else:
            value = f"(float){memory}[i]" if port.dtype == "float16" else f"{memory}[i]"
            before.append(f"{for_each} {flat} = {value};")
            after.append(f"{for_each} {memory}[i] = {flat};")
        if port.is_return:
            call_to = f"{name} = "
        else:
            names.append(name)
    body = " ".join([*before, f"{call_to}{code.top}({', '.join(names)});", *after])
    return f'extern "C" void {symbol}(void **p) {{ {body} }}'

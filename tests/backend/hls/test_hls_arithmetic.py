"""Random arithmetic in MLIR gives the same bits in C++ as in the JIT, at every width and sign."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hls_cpp import call, compile_entries

from hcl_explore.backend.cpu import build
from hcl_explore.backend.hls import HlsCode, emit
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import parse_module

pytestmark = pytest.mark.slow

WIDTHS = (1, 2, 7, 8, 9, 16, 31, 32, 33, 48, 63, 64)
WIDE = (65, 100, 128)
SIZE = 16
KERNELS = 40


class RandomFunction:
    """A function that computes on elements of its arguments and stores every intermediate."""

    def __init__(self, seed: int, widths: tuple[int, ...], with_floats: bool) -> None:
        self.random = random.Random(seed)
        self.widths = widths
        self.with_floats = with_floats
        self.lines: list[str] = []
        self.values: list[tuple[str, str, bool]] = []  # name, type, may be stored
        self.parameters: list[tuple[str, str, str]] = []  # name, dtype, MLIR type
        self.count = 0

    def fresh(self, kind: str) -> str:
        self.count += 1
        name = f"%v{self.count}"
        self.values.append((name, kind, True))
        return name

    def pick(self, kind: str) -> str:
        """A value of that type, converted from another if there is none."""
        choices = [name for name, other, _ in self.values if other == kind]
        if choices and self.random.random() < 0.8:
            return self.random.choice(choices)
        if kind.startswith("f"):
            return self.constant(kind)
        name, source, _ = self.random.choice([v for v in self.values if v[1][0] == "i"])
        if source == kind:
            return name
        width, old = int(kind[1:]), int(source[1:])
        operation = "trunci" if width < old else self.random.choice(["extsi", "extui"])
        result = self.fresh(kind)
        self.lines.append(f"{result} = arith.{operation} {name} : {source} to {kind}")
        return result

    def constant(self, kind: str) -> str:
        result = self.fresh(kind)
        if kind.startswith("f"):
            value = self.random.choice(["1.5", "-2.25", "0.1", "0.0", "-0.0", "1e-3"])
            value = f"{float(value):e}"
        elif kind == "i1":
            value = self.random.choice(["true", "false"])
            self.lines.append(f"{result} = arith.constant {value}")
            return result
        else:
            width = int(kind[1:])
            span = 1 << (width - 1)
            value = str(
                self.random.choice([0, 1, -1, span - 1, -span, self.random.randrange(span)])
            )
        self.lines.append(f"{result} = arith.constant {value} : {kind}")
        return result

    def op(self, name: str, kind: str, *operands: str) -> str:
        result = self.fresh(kind)
        self.lines.append(f"{result} = {name} {', '.join(operands)} : {kind}")
        return result

    def step(self) -> None:
        kind = f"i{self.random.choice(self.widths)}"
        if self.with_floats and self.random.random() < 0.4:
            self.float_step()
            return
        choice = self.random.randrange(9)
        if choice < 3:
            name = self.random.choice(["addi", "subi", "muli", "andi", "ori", "xori"])
            self.op(f"arith.{name}", kind, self.pick(kind), self.pick(kind))
        elif choice == 3:
            name = self.random.choice(["minsi", "minui", "maxsi", "maxui"])
            self.op(f"arith.{name}", kind, self.pick(kind), self.pick(kind))
        elif choice == 4 and kind != "i1":
            self.shift(kind)
        elif choice == 5 and kind not in ("i1", "i2"):
            self.division(kind)
        elif choice == 6:
            predicate = self.random.choice(
                ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"]
            )
            left, right = self.pick(kind), self.pick(kind)
            result = self.fresh("i1")
            self.lines.append(f"{result} = arith.cmpi {predicate}, {left}, {right} : {kind}")
        elif choice == 7:
            condition = self.pick("i1")
            left, right = self.pick(kind), self.pick(kind)
            result = self.fresh(kind)
            self.lines.append(f"{result} = arith.select {condition}, {left}, {right} : {kind}")
        else:
            self.pick(f"i{self.random.choice(self.widths)}")

    def shift(self, kind: str) -> None:
        width = int(kind[1:])
        limit = self.fresh(kind)
        self.lines.append(f"{limit} = arith.constant {min(width - 1, 5)} : {kind}")
        distance = self.op("arith.minui", kind, self.pick(kind), limit)
        name = self.random.choice(["shli", "shrsi", "shrui"])
        self.op(f"arith.{name}", kind, self.pick(kind), distance)

    def division(self, kind: str) -> None:
        """The divisor is between 1 and 7, or its negative."""
        one = self.fresh(kind)
        three = self.fresh(kind)
        self.lines.append(f"{one} = arith.constant 1 : {kind}")
        self.lines.append(f"{three} = arith.constant 2 : {kind}")
        small = self.op("arith.andi", kind, self.pick(kind), three)
        divisor = self.op("arith.ori", kind, small, one)
        name = self.random.choice(["divsi", "divui", "remsi", "remui", "floordivsi", "ceildivsi"])
        if name in ("divui", "remui"):
            divisor = self.op("arith.ori", kind, self.pick(kind), one)
        elif self.random.random() < 0.4:
            minus_three = self.fresh(kind)
            self.lines.append(f"{minus_three} = arith.constant -3 : {kind}")
            divisor = minus_three
        self.op(f"arith.{name}", kind, self.pick(kind), divisor)

    def float_step(self) -> None:
        kind = self.random.choice(["f32", "f64"])
        choice = self.random.randrange(6)
        if choice < 2:
            name = self.random.choice(["addf", "subf", "mulf", "divf", "minimumf", "maximumf"])
            self.op(f"arith.{name}", kind, self.pick(kind), self.pick(kind))
        elif choice == 2:
            self.op(
                self.random.choice(["arith.negf", "math.absf", "math.floor"]), kind, self.pick(kind)
            )
        elif choice == 3:
            predicates = [
                "oeq",
                "ogt",
                "oge",
                "olt",
                "ole",
                "one",
                "ord",
                "ueq",
                "ugt",
                "uge",
                "ult",
                "ule",
                "une",
                "uno",
            ]
            left, right = self.pick(kind), self.pick(kind)
            result = self.fresh("i1")
            predicate = self.random.choice(predicates)
            self.lines.append(f"{result} = arith.cmpf {predicate}, {left}, {right} : {kind}")
        elif choice == 4:
            source = f"i{self.random.choice([w for w in self.widths if w <= 64])}"
            value = self.pick(source)
            result = self.fresh(kind)
            name = self.random.choice(["sitofp", "uitofp"])
            self.lines.append(f"{result} = arith.{name} {value} : {source} to {kind}")
        else:
            value = self.pick("f64")
            result = self.fresh("f32")
            self.lines.append(f"{result} = arith.truncf {value} : f64 to f32")

    def text(self, steps: int) -> str:
        for _ in range(4):
            width = self.random.choice(self.widths)
            signed = self.random.random() < 0.5
            self.parameter(f"{'' if signed else 'u'}int{width}", f"i{width}")
        self.parameter("uint1", "i1")
        if self.with_floats:
            self.parameter("float32", "f32")
            self.parameter("float64", "f64")
        for _ in range(steps):
            self.step()
        stores = []
        outputs = []
        for name, kind, _ in self.values:
            if self.random.random() < 0.5:
                continue
            number = len(outputs)
            dtype = {"f32": "float32", "f64": "float64"}.get(kind)
            if dtype is None:
                dtype = f"{self.random.choice(['', 'u'])}int{kind[1:]}"
            outputs.append((f"%out{number}", dtype, kind))
            stores.append(f"affine.store {name}, %out{number}[%i] : memref<{SIZE}x{kind}>")
        parameters = ", ".join(
            f'{name}: memref<{SIZE}x{kind}> {{hcl.name = "{name[1:]}", hcl.dtype = "{dtype}"}}'
            for name, dtype, kind in [*self.parameters, *outputs]
        )
        self.parameters += outputs
        body = "\n    ".join([*self.lines, *stores])
        return (
            f'module attributes {{hcl.top = "f"}} {{ func.func @f({parameters}) {{\n'
            f"  affine.for %i = 0 to {SIZE} {{\n    {body}\n"
            '  } {loop_name = "i", op_name = "S"}\n  return\n} }'
        )

    def parameter(self, dtype: str, kind: str) -> None:
        name = f"%in{len(self.parameters)}"
        self.parameters.append((name, dtype, kind))
        value = self.fresh(kind)
        self.lines.append(f"{value} = affine.load {name}[%i] : memref<{SIZE}x{kind}>")

    def arguments(self) -> list[np.ndarray]:
        """Arrays with extremes among their values."""
        generator = np.random.default_rng(self.random.randrange(1 << 30))
        return [self.array(dtype, generator) for _, dtype, _ in self.parameters]

    def array(self, dtype: str, generator: np.random.Generator) -> np.ndarray:
        if dtype.startswith("float"):
            special = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e30]
            values = np.concatenate([special, generator.normal(size=SIZE - len(special)) * 100])
            return values.astype(dtype)
        signed = not dtype.startswith("u")
        width = int(dtype.removeprefix("u").removeprefix("int"))
        low = -(1 << (width - 1)) if signed else 0
        high = low + (1 << width) - 1
        values = [low, high, 0, min(1, high), max(low, -1), low + 1, high - 1]
        values += [self.random.randint(low, high) for _ in range(SIZE - len(values))]
        if dtype == "uint1":
            return np.array(values, dtype=bool)
        if width > 64:
            return np.array(values, dtype=object)
        storage = max(8, 1 << (width - 1).bit_length())
        return np.array(values, dtype=f"{'' if signed else 'u'}int{storage}")


def emitted(function: RandomFunction, steps: int, dialect: str) -> tuple[str, HlsCode]:
    text = function.text(steps)
    return text, emit(parse_module(text, new_context()), dialect=dialect)


@pytest.mark.parametrize(
    ("dialect", "widths", "with_floats", "kernels"),
    [
        pytest.param("vitis", WIDTHS, False, KERNELS, id="integers"),
        pytest.param("vitis", WIDTHS, True, KERNELS, id="floats"),
        pytest.param("vitis", WIDTHS + WIDE, False, 12, id="wide"),
        pytest.param("catapult", WIDTHS, False, 20, id="catapult"),
    ],
)
def test_random_arithmetic_equals_the_jit(
    dialect: str, widths: tuple[int, ...], with_floats: bool, kernels: int, tmp_path: Path
) -> None:
    functions = [RandomFunction(seed, widths, with_floats) for seed in range(kernels)]
    pairs = [emitted(function, 25, dialect) for function in functions]
    library, entries = compile_entries([code for _, code in pairs], tmp_path)
    for function, (text, code), entry in zip(functions, pairs, entries, strict=True):
        arguments = function.arguments()
        expected = [array.copy() for array in arguments]
        build(parse_module(text, new_context()), "f")(*expected)
        found = [array.copy() for array in arguments]
        call(library, entry, found)
        for (name, _, _), left, right in zip(function.parameters, expected, found, strict=True):
            np.testing.assert_array_equal(right, left, err_msg=f"{name}\n{text}\n{code.text}")

"""Random small kernels: nests with every kind of bound, subscript, guard and statement that the
model claims to be exact about."""

from __future__ import annotations

from random import Random

EXTENT = 48
"""Of an array dimension: random subscripts stay within it."""


class KernelWriter:
    """Writes one kernel as source text."""

    def __init__(self, random: Random, element: str, extent: int) -> None:
        self.random = random
        self.extent = extent
        self.element = element
        self.lines: list[str] = []
        self.counter = 0

    def write(self) -> str:
        """The source of a function ``kernel(A, B, V)``."""
        one, two = f"{self.element}[{self.extent}]", f"{self.element}[{self.extent}, {self.extent}]"
        self.lines = [f"def kernel(A: {two}, V: {one}, W: {one}):"]
        for _ in range(self.random.choice((1, 1, 2))):
            self.nest(1, [], self.random.choice((1, 2, 2, 3)))
        return "\n".join(self.lines)

    def emit(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def nest(self, indent: int, outer: list[tuple[str, int]], levels: int) -> None:
        name = f"{'ijklmnpq'[len(outer)]}{self.counter}"
        self.counter += 1
        bounds, top = self.bounds(outer)
        self.emit(indent, f"for {name} in range({bounds}):")
        inner = [*outer, (name, top)]
        if self.random.random() < 0.2:
            scalar = f"t{self.counter}"
            self.counter += 1
            self.emit(indent + 1, f"{scalar}: {self.element} = {self.read(inner)}")
            self.emit(indent + 1, f"{self.target(inner)} = {scalar}")
        if levels > 1:
            if self.random.random() < 0.3:
                self.statement(indent + 1, inner)
            self.nest(indent + 1, inner, levels - 1)
            if self.random.random() < 0.3:
                self.statement(indent + 1, inner)
            return
        for _ in range(self.random.choice((1, 1, 2))):
            self.statement(indent + 1, inner)

    def bounds(self, outer: list[tuple[str, int]]) -> tuple[str, int]:
        """The arguments of ``range`` and the largest value of the variable."""
        size = self.random.choice((2, 3, 4, 5))
        kind = self.random.random()
        if outer and kind < 0.3:
            name, top = self.random.choice(outer)
            form = self.random.choice(("0, {n} + 1", "{n}, {e}", "{n}, {n} + {s}"))
            return form.format(n=name, e=top + 2, s=size), top + size + 1
        if kind < 0.5:
            start, step = self.random.choice((0, 1, 2)), self.random.choice((2, 3))
            return f"{start}, {start + size * 2}, {step}", start + size * 2
        if kind < 0.6 and outer:
            name, _ = self.random.choice(outer)
            return f"{name}, {size + 4}, 2", size + 4
        start = self.random.choice((0, 0, 1))
        return f"{start}, {start + size}", start + size

    def statement(self, indent: int, loops: list[tuple[str, int]]) -> None:
        if self.random.random() < 0.25:
            self.emit(indent, f"if {self.condition(loops)}:")
            self.assignment(indent + 1, loops)
            if self.random.random() < 0.5:
                self.emit(indent, "else:")
                self.assignment(indent + 1, loops)
        else:
            self.assignment(indent, loops)

    def assignment(self, indent: int, loops: list[tuple[str, int]]) -> None:
        target = self.target(loops)
        kind = self.random.random()
        if kind < 0.25:
            self.emit(indent, f"{target} += {self.read(loops)}")
        elif kind < 0.35:
            self.emit(indent, f"{target} = max({target}, {self.read(loops)})")
        elif kind < 0.4:
            self.emit(indent, f"{target} *= {self.read(loops)}")
        else:
            self.emit(indent, f"{target} = {self.read(loops)} - {self.read(loops)}")

    def condition(self, loops: list[tuple[str, int]]) -> str:
        name, _ = self.random.choice(loops)
        other, _ = self.random.choice(loops)
        return self.random.choice(
            (f"{name} > 1", f"{name} == 2", f"{name} + {other} < 5", f"{name} >= {other}")
        )

    def target(self, loops: list[tuple[str, int]]) -> str:
        array = self.random.choice("AAVW")
        count = 2 if array == "A" else 1
        return f"{array}[{', '.join(self.subscript(loops) for _ in range(count))}]"

    read = target

    def subscript(self, loops: list[tuple[str, int]]) -> str:
        name, top = self.random.choice(loops)
        other, _ = self.random.choice(loops)
        kind = self.random.random()
        if kind < 0.5:
            return f"{name} + {self.random.choice((0, 0, 1, 2))}"
        if kind < 0.6:
            return f"{name} + {other}"
        if kind < 0.7:
            return f"2 * {name}"
        if kind < 0.76:
            return f"{top} - {name}"
        if kind < 0.82:
            return f"{name} // 2"
        if kind < 0.88:
            return f"{name} % 3"
        return str(self.random.choice((0, 1, 3)))


def random_kernel(seed: int, element: str, extent: int = EXTENT) -> str:
    return KernelWriter(Random(seed), element, extent).write()

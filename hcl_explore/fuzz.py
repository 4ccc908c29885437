"""Random kernels under random schedules: ``python -m hcl_explore.fuzz --seed 0 --count 300``.

Each case draws a kernel (loops, stencils, reductions, triangles, guards, several stages, calls),
applies primitives of the registry with random arguments, and runs the scheduled program beside the
plain one on the same inputs. A refused primitive is fine; a different result, a crash or an error
that is not ours is a failure, which is shrunk and printed as a script. All arithmetic is on
integers, so results must be equal bit for bit.
"""

from __future__ import annotations

import argparse
import random
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from hcl_explore.errors import HclError, ScheduleError
from hcl_explore.schedule import naming
from hcl_explore.schedule.parameters import Parameter
from hcl_explore.schedule.primitive import PrimitiveInfo, info, primitives
from hcl_explore.schedule.schedule import Schedule, customize

Step = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Case:
    """A kernel's text, made of stages, and the steps applied to it.

    ``unchecked`` applies steps that are illegal all the same: to see that the fuzzer would notice.
    """

    stages: tuple[str, ...]
    steps: tuple[Step, ...]
    size: int
    unchecked: bool = False

    @property
    def kernel(self) -> str:
        n = self.size
        helper = (
            f"def helper(src: int32[{n}, {n}], dst: int32[{n}, {n}]):\n"
            f"    for p, q in hcl.grid({n}, {n}):\n"
            "        dst[p, q] = src[p, q] * 3 - 1\n\n\n"
        )
        head = f"def kernel(A: int32[{n}, {n}], B: int32[{n}, {n}], v: int32[{n}]):\n"
        body = "".join(self.stages) or "    v[0] = v[0]\n"
        return (helper if "helper(" in body else "") + head + body

    def script(self) -> str:
        """A Python script that shows the failure."""
        calls = [info(name).call_text(arguments) for name, arguments in self.steps]
        return "\n".join(
            [
                "import hcl_explore as hcl",
                f'KERNEL = """\n{self.kernel}"""',
                "s = hcl.customize(KERNEL)",
                *calls,
                "print(s.ir)",
                "print(s.verify())",
            ]
        )


@dataclass(frozen=True)
class Failure:
    """What went wrong: ``kind`` is ``wrong result``, ``internal error`` or ``run failed``."""

    kind: str
    detail: str


# --- drawing kernels ----------------------------------------------------------------------------


def draw_case(rng: random.Random) -> Case:
    """A kernel and steps that its program accepts (those refused are left out)."""
    size = rng.choice((4, 5, 6, 8))
    stages = tuple(_stage(rng, size, number) for number in range(rng.randint(1, 3)))
    return Case(stages, (), size)


def _stage(rng: random.Random, n: int, number: int) -> str:
    kind = rng.choice(_STAGES)
    return kind(rng, n, str(number))


def _offset(rng: random.Random, variable: str) -> str:
    shift = rng.choice((-1, 0, 0, 1))
    return variable if shift == 0 else f"{variable} {'+' if shift > 0 else '-'} 1"


def _elementwise(rng: random.Random, n: int, t: str) -> str:
    target, source = rng.sample(("A", "B"), 2)
    subscripts = rng.choice((f"i{t}, j{t}", f"j{t}, i{t}"))
    operator = rng.choice(("+", "-", "*"))
    return (
        f"    for i{t}, j{t} in hcl.grid({n}, {n}):\n"
        f"        {target}[i{t}, j{t}] = {source}[{subscripts}] {operator} {rng.randint(1, 5)}\n"
    )


def _stencil(rng: random.Random, n: int, t: str) -> str:
    target = rng.choice(("A", "B"))
    reads = [
        f"{rng.choice(('A', 'B'))}[{_offset(rng, f'i{t}')}, {_offset(rng, f'j{t}')}]"
        for _ in range(rng.randint(1, 4))
    ]
    return (
        f"    for i{t} in range(1, {n - 1}):\n"
        f"        for j{t} in range(1, {n - 1}):\n"
        f"            {target}[i{t}, j{t}] = {' + '.join(reads)}\n"
    )


def _reduction(rng: random.Random, n: int, t: str) -> str:
    operator = rng.choice(("+=", "-=", "*="))
    source = rng.choice((f"A[i{t}, k{t}] * B[k{t}, j{t}]", f"A[i{t}, k{t}]", f"v[k{t}]"))
    return (
        f"    C{t}: int32[{n}, {n}] = 1\n"
        f"    for i{t}, j{t}, k{t} in hcl.grid({n}, {n}, {n}):\n"
        f"        C{t}[i{t}, j{t}] {operator} {source}\n"
        f"    for x{t}, y{t} in hcl.grid({n}, {n}):\n"
        f"        B[x{t}, y{t}] = C{t}[x{t}, y{t}]\n"
    )


def _triangle(rng: random.Random, n: int, t: str) -> str:
    lower, upper = rng.choice(((f"i{t}", str(n)), ("0", f"i{t} + 1")))
    target = rng.choice((f"A[i{t}, j{t}]", f"A[j{t}, i{t}]"))
    return (
        f"    for i{t} in range({n}):\n"
        f"        for j{t} in range({lower}, {upper}):\n"
        f"            {target} = {target} + B[j{t}, i{t}]\n"
    )


def _imperfect(rng: random.Random, n: int, t: str) -> str:
    return (
        f"    for i{t} in range({n}):\n"
        f"        v[i{t}] = {rng.randint(0, 3)}\n"
        f"        for j{t} in range({n}):\n"
        f"            v[i{t}] += A[i{t}, j{t}]\n"
        f"        B[i{t}, 0] = v[i{t}]\n"
    )


def _guarded(rng: random.Random, n: int, t: str) -> str:
    condition = rng.choice((f"i{t} + j{t} < {n}", f"i{t} > j{t}", f"A[i{t}, j{t}] > 0"))
    return (
        f"    for i{t}, j{t} in hcl.grid({n}, {n}):\n"
        f"        if {condition}:\n"
        f"            B[i{t}, j{t}] = A[i{t}, j{t}]\n"
        f"        else:\n"
        f"            B[j{t}, i{t}] += {rng.randint(1, 4)}\n"
    )


def _private(rng: random.Random, n: int, t: str) -> str:
    return (
        f"    for i{t}, j{t} in hcl.grid({n - 2}, {n - 2}):\n"
        f"        s{t}: int32 = {rng.randint(0, 2)}\n"
        f"        for p{t}, q{t} in hcl.grid(3, 3):\n"
        f"            s{t} += A[i{t} + p{t}, j{t} + q{t}]\n"
        f"        B[i{t}, j{t}] = s{t}\n"
    )


def _scan(rng: random.Random, n: int, t: str) -> str:
    distance = rng.randint(1, 2)
    return (
        f"    for i{t} in range({distance}, {n}):\n"
        f"        v[i{t}] = v[i{t} - {distance}] + v[i{t}]\n"
    )


def _call(rng: random.Random, _n: int, _t: str) -> str:
    source, target = rng.sample(("A", "B"), 2)
    return f"    helper({source}, {target})\n"


_STAGES = (
    _elementwise,
    _stencil,
    _stencil,
    _reduction,
    _triangle,
    _imperfect,
    _guarded,
    _private,
    _scan,
    _call,
)


# --- drawing steps --------------------------------------------------------------------------------


def draw_arguments(
    rng: random.Random, declared: PrimitiveInfo, schedule: Schedule
) -> dict[str, object] | None:
    """Random arguments for a primitive; None where the program has nothing to offer."""
    arguments: dict[str, object] = {}
    for parameter in declared.parameters:
        if parameter.is_optional and rng.random() < 0.3:
            continue
        value = _draw_value(rng, parameter, schedule, arguments)
        if value is None:
            return None
        arguments[parameter.name] = value
    return arguments


def _draw_value(
    rng: random.Random, parameter: Parameter, schedule: Schedule, so_far: Mapping[str, object]
) -> object | None:
    program = schedule.program
    loops = list(program.all_loops())
    if parameter.kind == "loop":
        return naming.loop_name(program, rng.choice(loops)) if loops else None
    if parameter.kind == "loops":
        if not loops:
            return None
        nest = list(rng.choice(loops).chain)
        count = min(len(nest), rng.randint(parameter.at_least, 3))
        chosen = rng.sample(nest, count)
        if rng.random() < 0.6:
            chosen.sort(key=lambda loop: loop.depth)
        return [naming.loop_name(program, loop) for loop in chosen]
    if parameter.kind == "buffer":
        buffers = list(program.all_buffers())
        return naming.buffer_name(program, rng.choice(buffers)) if buffers else None
    if parameter.kind == "function":
        return rng.choice(list(program.functions))
    if parameter.kind == "integer":
        return rng.randint(parameter.minimum or 0, parameter.maximum or 5)
    if parameter.kind == "integers":
        count = next((len(v) for v in so_far.values() if isinstance(v, list)), 2)
        return [rng.randint(parameter.minimum or 0, 4) for _ in range(count)]
    if parameter.kind == "boolean":
        return rng.random() < 0.5
    return str(rng.choice(parameter.choices).value)


# --- running ------------------------------------------------------------------------


def extend(rng: random.Random, case: Case, tally: Counter[str]) -> tuple[Case, Failure | None]:
    """Draw steps for ``case``, applying each; stops at the first internal error."""
    schedule = customize(case.kernel)
    steps: list[Step] = []
    for _ in range(rng.randint(1, 6)):
        declared = rng.choice(list(primitives().values()))
        arguments = draw_arguments(rng, declared, schedule)
        if arguments is None:
            continue
        attempt: Step = (declared.name, arguments)
        try:
            schedule.apply(declared.name, arguments)
        except ScheduleError as error:
            if _is_our_fault(error):
                failing = replace(case, steps=(*steps, attempt))
                return failing, Failure("internal error", str(error))
            tally[f"{declared.name} refused"] += 1
            continue
        except Exception:  # the fuzzer's purpose: anything else is a failure to report
            failing = replace(case, steps=(*steps, attempt))
            return failing, Failure("internal error", traceback.format_exc())
        tally[f"{declared.name} applied"] += 1
        steps.append(attempt)
    return replace(case, steps=tuple(steps)), None


def _is_our_fault(error: ScheduleError) -> bool:
    """Whether a primitive made a module that does not verify."""
    return "fault of hcl_explore" in str(error)


def run(case: Case) -> Failure | None:
    """Apply the steps of ``case`` and compare the results; None if they are equal."""
    try:
        plain, scheduled = customize(case.kernel), customize(case.kernel)
    except HclError as error:
        return Failure("kernel refused", str(error))
    for name, arguments in case.steps:
        try:
            scheduled.apply(name, arguments, unchecked=case.unchecked)
        except ScheduleError as error:
            return Failure("internal error", str(error)) if _is_our_fault(error) else None
        except Exception:  # the fuzzer's purpose: anything else is a failure to report
            return Failure("internal error", traceback.format_exc())
    try:
        results = [_outputs(schedule, case.size) for schedule in (plain, scheduled)]
    except HclError as error:
        return Failure("run failed", str(error))
    for name, before, after in zip("ABv", *results, strict=True):
        if not np.array_equal(before, after):
            where = tuple(int(index) for index in np.argwhere(before != after)[0])
            return Failure(
                "wrong result", f"{name}{list(where)} is {after[where]}, not {before[where]}"
            )
    return None


def _outputs(schedule: Schedule, n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(n)
    arguments = [rng.integers(-50, 50, shape, dtype=np.int32) for shape in ((n, n), (n, n), (n,))]
    schedule.build(timeout_s=10.0)(*arguments)
    return arguments


def shrink(case: Case, failure: Failure) -> Case:
    """Leave out steps and stages as long as the same kind of failure remains."""
    improved = True
    while improved:
        improved = False
        for smaller in _smaller(case):
            found = run(smaller)
            if found is not None and found.kind == failure.kind:
                case, improved = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for position in range(len(case.steps)):
        yield replace(case, steps=case.steps[:position] + case.steps[position + 1 :])
    for position in range(len(case.stages)):
        yield replace(case, stages=case.stages[:position] + case.stages[position + 1 :])


def fuzz(seed: int, count: int, tally: Counter[str]) -> list[tuple[Case, Failure]]:
    """Run ``count`` cases; the failures, shrunk. ``tally`` counts what was applied and refused."""
    failures: list[tuple[Case, Failure]] = []
    for number in range(count):
        rng = random.Random(f"{seed}:{number}")
        case, failure = extend(rng, draw_case(rng), tally)
        failure = failure or run(case)
        tally["cases"] += 1
        if failure is not None:
            small = shrink(case, failure)
            failures.append((small, run(small) or failure))
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    tally: Counter[str] = Counter()
    failures = fuzz(options.seed, options.count, tally)
    for case, failure in failures:
        print(f"--- {failure.kind}: {failure.detail}\n{case.script()}\n")
    for name in sorted(tally):
        print(f"{tally[name]:>8}  {name}")
    print(f"{tally['cases'] - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Wrong programs: each gives one error of ours, of the right family, at the right place.

The caret marks the place: in each program the offending text stands between « and ».
"""

from __future__ import annotations

import pytest

from hcl_explore.errors import (
    KernelBoundsError,
    KernelError,
    KernelRecursionError,
    KernelScopeError,
    KernelShapeError,
    KernelSyntaxError,
    KernelTypeError,
)
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context


def body(statements: str) -> str:
    lines = "\n".join("    " + line for line in statements.splitlines())
    return "def f(A: float32[8, 4], B: int32[8], x: int32, y: float32, n: index):\n" + lines + "\n"


SYNTAX = [
    ("unbalanced", "def f(A: int32[4]«:»\n    pass\n", "this is not Python"),
    ("statement beside", "«print(1)»\ndef f():\n    pass\n", "cannot stand beside a kernel"),
    ("import", "«import os»\ndef f():\n    pass\n", "cannot import 'os'"),
    ("default", "def f(x: int32 = «3»):\n    pass\n", "default value"),
    ("varargs", "def f(*«xs: int32»):\n    pass\n", "variadic"),
    ("decorator", "@«fast»\ndef f(x: int32):\n    pass\n", "no decorators"),
    ("class", body("«class C: pass»"), "a class cannot be used in a kernel"),
    ("lambda", body("z: int32 = «lambda: 3»"), "a lambda cannot be used"),
    ("try", body("«try: pass»\nexcept: pass"), "try cannot be used in a kernel"),
    ("yield", body("z: int32 = («yield»)"), "yield cannot be used"),
    ("inner import", body("«import math»"), "an import cannot be used in a kernel"),
    ("comprehension", body("z: int32 = «[i for i in B]»"), "a list comprehension cannot be used"),
    ("break", body("for i in range(4):\n    «break»"), "break cannot be used in a kernel"),
    ("continue", body("for i in range(4):\n    «continue»"), "continue cannot be used"),
    ("global", body("«global z»"), "global cannot be used in a kernel"),
    ("delete", body("«del x»"), "del cannot be used in a kernel"),
    ("raise", body("«raise x»"), "raise cannot be used in a kernel"),
    ("walrus", body("if («z := x») > 0:\n    pass"), "an assignment inside an expression"),
    ("early return", body("if x > 0:\n    «return»\nB[0] = 1"), "return can only be the last"),
    ("loop over array", body("for b in «B»:\n    pass"), "a loop cannot run over B"),
    ("loop over call", body("for b in «enumerate»(B):\n    pass"), "'enumerate'"),
    ("loop else", body("for i in range(4):\n    pass\nelse:\n    «x = 1»"), "else part"),
    ("no effect", body("«x + 1»"), "has no effect"),
    ("endless", body("while «True»:\n    pass"), "this loop never ends"),
    ("grid outside for", body("z: int32 = «hcl.grid(3)»"), "only stand in a for statement"),
    ("keyword", body("z: int32 = max(x, «key=1»)"), "takes no keyword arguments"),
    ("grid keyword", body("for i in hcl.grid(4, «nam='a'»):\n    pass"), "no argument 'nam'"),
    ("two bit subscripts", body("z: int32 = x[«0, 0»]"), "bits are chosen by one subscript"),
    ("membership", body("if x in «B»:\n    pass"), "B is not a list of numbers"),
    ("identity", body("if «x is 3»:\n    pass"), "'is' is not part"),
    ("attribute target", body("«x.y» = 3"), "'.y' is not part"),
    ("call target", body("«max(x)» = 3"), "this is not Python"),
    ("attribute", body("z: int32 = «B.size»"), "'.size' is not part"),
    ("builtin", body("z: int32 = «sorted»(B)"), "Python's 'sorted' is not part"),
    ("calling a type", body("z: int32 = «Partition(x)»"), "is not a kernel"),
    ("dictionary", body("z: int32 = «{1: 2}»"), "a dictionary cannot be used"),
    ("annotated element", body("«B[0]»: int32 = 3"), "only a plain name can be declared"),
    ("band name", body("for i in hcl.grid(4, name=«'a b'»):\n    pass"), "cannot name a band"),
]

TYPES = [
    ("compare 513 bits", body("w: UInt(512) = 0\nif «w < x»:\n    pass"), "together by 513 bits"),
    ("divide 513 bits", body("w: UInt(512) = 1\nw = «w // x»"), "together by 513 bits"),
    ("no annotation", "def f(«A»):\n    pass\n", "has no type"),
    ("not a type", "def f(A: «3»):\n    pass\n", "3 is not a type"),
    ("width 0", "def f(A: «Int(0)»):\n    pass\n", "between 1 and 512"),
    ("width 600", "def f(A: «UInt(600)»):\n    pass\n", "between 1 and 512"),
    ("float width", "def f(A: «Int(2.5)»):\n    pass\n", "must be an integer"),
    ("memory", "def f(A: int32[4] @ «Memory('HBM')»):\n    pass\n", "HBM has numbered banks"),
    ("placed number", "def f(A: «3» @ Memory('BRAM')):\n    pass\n", "3 is not a type"),
    ("untyped local", body("«z» = x + 1"), "'z' has no type yet"),
    ("bitwise float", body("z: float32 = «y & 1»"), "'&' works on integers"),
    ("shift float", body("z: float32 = «y << 1»"), "'<<' works on integers"),
    ("invert float", body("z: float32 = «~y»"), "'~' works on integers"),
    ("matmul operator", body("z: int32 = «x @ x»"), "'@' works on arrays"),
    ("constant matmul", body("z: int32 = «2 @ 3»"), "'@' works on arrays"),
    ("wide shift", body("z: int32 = «x << 32»"), "leaves nothing of it"),
    ("negative shift", body("z: int32 = «x >> -1»"), "leaves nothing of it"),
    ("division by zero", body("z: int32 = «x // 0»"), "division by zero"),
    ("constant by zero", body("z: int32 = «1 / 0»"), "division by zero"),
    ("infinite", body("z: int32 = «1e999»"), "inf cannot be converted to int32"),
    ("float subscript", body("B[«y»] = 0"), "a subscript must be an integer"),
    ("float bound", body("for i in range(«y»):\n    pass"), "a loop bound must be an integer"),
    ("inexact bound", body("for i in range(«7 / 2»):\n    pass"), "a loop bound must be"),
    ("float step", body("for i in range(0, 8, «0.5»):\n    pass"), "a loop bound must be"),
    ("huge bound", body("for i in range(«10**30»):\n    pass"), "is beyond 32 bits"),
    ("zero step", body("for i in range(0, 8, «0»):\n    pass"), "must not be 0"),
    ("varying step", body("for i in range(0, 8, «x»):\n    pass"), "must be a constant"),
    ("range arity", body("for i in «range()»:\n    pass"), "range takes 1 to 3 arguments"),
    ("grid arity", body("for i in «hcl.grid()»:\n    pass"), "needs at least one extent"),
    ("grid targets", body("for «i, j» in hcl.grid(3, 4, 5):\n    pass"), "2 loop variables for 3"),
    ("integer power", body("z: int32 = «x ** x»"), "constant power"),
    ("abs arity", body("z: int32 = «abs(x, 3)»"), "abs takes 1 argument"),
    ("max arity", body("z: int32 = «max(x)»"), "at least two values"),
    ("call a variable", body("z: int32 = «x»(3)"), "is a variable and cannot be called"),
    ("result missing", "«def f(x: int32) -> int32:»\n    pass\n", "promises 1"),
    ("result unannounced", "def f(x: int32):\n    «return x»\n", "promises none"),
    ("result count", "def f(x: int32) -> int32:\n    «return x, x»\n", "promises 1"),
    (
        "scalar for array",
        "def f(x: int32) -> int32[4]:\n    return «x»\n",
        "a scalar is returned",
    ),
    (
        "result type",
        "def f() -> int32[4]:\n    A: int8[4] = 0\n    return «A»\n",
        "the annotation promises int32[4]",
    ),
    (
        "argument count",
        "def g(x: int32):\n    pass\ndef f(x: int32):\n    «g(x, x)»\n",
        "'g' takes 1 argument, not 2",
    ),
    (
        "argument element type",
        "def g(A: int32[4]):\n    pass\ndef f(A: int8[4]):\n    g(«A»)\n",
        "argument 'A' of 'g' is int32[4]",
    ),
    (
        "scalar argument for array",
        "def g(A: int32[4]):\n    pass\ndef f(x: int32):\n    g(«x»)\n",
        "is an array (int32[4]), not a scalar",
    ),
    (
        "no value",
        "def g(x: int32):\n    pass\ndef f(x: int32):\n    z: int32 = «g(x)»\n",
        "returns no values",
    ),
    ("string", body("z: int32 = «'a'»"), "not a number"),
    ("string constant", "N = «'a'»\ndef f():\n    pass\n", "a constant is a number"),
    ("index of type", body("z: «int[3]» = 0"), "'int' has no array form"),
    ("slice step", body("B[::«x»] = 0"), "the step of a slice must be a constant"),
    ("bitcast", body("z: float32 = «Int(7)(x).bitcast()»"), "bitcast() works on"),
    ("reverse", body("z: float32 = «y.reverse()»"), "reverse() works on integers"),
    ("replaced argument", body("«B = B»"), "cannot be replaced as a whole"),
]

SHAPES = [
    ("size 0", "def f(A: int32[«0»]):\n    pass\n", "a positive integer"),
    ("negative size", "def f(A: int32[«4, -1»]):\n    pass\n", "a positive integer"),
    ("float size", "def f(A: int32[«2.5»]):\n    pass\n", "a positive integer"),
    ("huge", "def f(A: «float32[100000, 100000]»):\n    pass\n", "37.3 GiB"),
    ("three subscripts", body("«A[0, 1, 2]» = 1"), "'A' has 2 dimensions"),
    ("too many subscripts", body("«B[0, 1]» = 1"), "'B' has 1 dimension"),
    ("subscripted scalar", body("z: float32 = «y[0, 0]»"), "is a scalar"),
    ("array compared", body("if «B» > 0:\n    pass"), "'B' is an array"),
    ("array in a scalar", body("«x = B»"), "'B' is an array"),
    ("sum as value", body("«z: int32 = B + 1»"), "'B + 1' is int33[8] and does not fit"),
    ("array element", body("«A[0, 0] = B»"), "'B' is an array"),
    ("unmatched shapes", body("B[:] = «B + A[:, 0:3]»"), "do not go together"),
    ("row in column", body("«A[:, 0] = A[0]»"), "does not fit float32[8]"),
    ("empty slice", body("B[«3:3»] = 0"), "this slice is empty"),
    ("unknown length", body("B[«x:»] = 0"), "not a constant"),
    ("bits", body("z: int32 = x[«0:x»]"), "must be a positive constant"),
    ("bits of float", body("z: int32 = «y[0]»"), "takes no subscripts"),
    ("copy shape", body("«C: int32[4] = B»"), "does not fit int32[4]"),
    ("table shape", body("C: int32[4] = «[1, 2, 3]»"), "does not fit int32[4]"),
    ("ragged table", body("C: int32[2, 2] = «[[1, 2], [3]]»"), "the same length"),
    ("empty table", body("C: int32[2] = «[]»"), "must not be empty"),
    (
        "argument shape",
        "def g(A: int32[4]):\n    pass\ndef f(A: int32[8]):\n    g(«A»)\n",
        "argument 'A' of 'g' is int32[4], but 'A' is int32[8]",
    ),
    (
        "result shape",
        "def f() -> int32[4]:\n    A: int32[8] = 0\n    return «A»\n",
        "the annotation promises int32[4]",
    ),
    ("huge nested table", "T = «[[0] * 5000] * 5000»\ndef f():\n    pass\n", "too large"),
    (
        "long table",
        "N = 2000\ndef f(i: index) -> int32:\n    T: int32[N] = «[1, 2]»\n    return T[i]\n",
        "a table of shape [2] does not fit int32[2000]",
    ),
    ("huge table", "T = «[0] * 5000000»\ndef f():\n    pass\n", "too large"),
]

BOUNDS = [
    ("beyond", body("A[0, «4»] = 1"), "dimension 2 has size 4"),
    ("negative", body("B[«-1»] = 1"), "negative"),
    ("slice", body("B[0:«9»] = 0"), "the slice bound 9 of 'B' is out of range"),
    ("bit", body("z: int32 = x[«32»]"), "int32 has the bits 0 to 31 only"),
    ("bit range", body("z: int32 = x[«30:33»]"), "int32 has the bits 0 to 31 only"),
    ("folded", body("B[«2 * 4»] = 1"), "out of range"),
    ("table", "T = [1, 2]\ndef f(B: int32[4]):\n    B[0] = «T[5]»\n", "out of range"),
]

SCOPE = [
    ("unknown", body("z: int32 = «w»"), "the name 'w' is not known"),
    ("unknown type", "def f(A: «flot32»[4]):\n    pass\n", "the name 'flot32'"),
    ("unknown attribute", body("for i in «hcl.grit»(4):\n    pass"), "has no 'grit'"),
    (
        "outside block",
        body("for i in range(4):\n    z: int32 = i\nB[0] = «z»"),
        "outside the block",
    ),
    ("after loop", body("for i in range(4):\n    pass\nB[0] = «i»"), "outside the block"),
    (
        "shadowed loop",
        body("for i in range(4):\n    for «i» in range(4):\n        pass"),
        "already",
    ),
    ("redeclared", body("z: int32 = 0\n«z»: int32 = 1"), "already declared"),
    ("argument redeclared", body("«x»: int32 = 1"), "already declared"),
    ("loop variable assigned", body("for i in range(4):\n    «i» = 3"), "cannot be assigned"),
    ("loop variable changed", body("for i in range(4):\n    «i» += 3"), "cannot be assigned"),
    ("same loop variable", body("for «i, i» in hcl.grid(3, 4):\n    pass"), "given twice"),
    ("constant changed", "N = 3\ndef f():\n    «N» += 1\n", "cannot be changed"),
    (
        "table changed",
        "T = [1, 2]\ndef f(i: index):\n    «T[i]» = 1\n",
        "cannot be changed",
    ),
]

RECURSION = [
    ("itself", "def f(x: int32):\n    «f(x)»\n", "f → f"),
    (
        "through another",
        "def g(x: int32):\n    «f(x)»\ndef f(x: int32):\n    g(x)\n",
        "f → g → f",
    ),
]

FAMILIES = [
    (KernelSyntaxError, SYNTAX),
    (KernelTypeError, TYPES),
    (KernelShapeError, SHAPES),
    (KernelBoundsError, BOUNDS),
    (KernelScopeError, SCOPE),
    (KernelRecursionError, RECURSION),
]
CASES = [
    pytest.param(family, program, message, id=f"{family.__name__}-{name}")
    for family, cases in FAMILIES
    for name, program, message in cases
]


@pytest.mark.parametrize(("family", "marked", "message"), CASES)
def test_wrong_program(family: type[KernelError], marked: str, message: str) -> None:
    before, _, rest = marked.partition("«")
    offending, _, after = rest.partition("»")
    program = before + offending + after
    with pytest.raises(KernelError) as caught:
        lower(read_kernel(program), new_context())
    error = caught.value
    assert type(error) is family, str(error)
    assert message in str(error)
    assert error.span is not None, str(error)
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    first = offending.split("\n")[0]
    assert (error.span.line, error.span.column) == (line, column), str(error)
    assert error.span.end_column in (None, column + len(first)), str(error)


def test_error_shows_line_and_caret() -> None:
    with pytest.raises(KernelShapeError) as caught:
        lower(read_kernel(body("A[0, 1, 2] = 1")), new_context())
    assert str(caught.value) == (
        "'A' has 2 dimensions (float32[8, 4]), not 3 subscripts\n"
        "  <kernel>:2\n"
        "    A[0, 1, 2] = 1\n"
        "    ^^^^^^^^^^\n"
        "Give one subscript for each dimension."
    )


def test_columns_count_characters_not_bytes() -> None:
    with pytest.raises(KernelScopeError) as caught:
        lower(read_kernel("def f(ä: int32, B: int32[4]):\n    B[0] = ä + w\n"), new_context())
    assert caught.value.span is not None
    assert caught.value.span.column == 16

"""A C++ testbench with golden data: the header, ``main`` and the data files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hcl_explore.backend.hls.code import HlsCode, Port
from hcl_explore.backend.hls.prelude import BFLOAT16_HELPERS, helper_lines
from hcl_explore.backend.numeric_error import numbers
from hcl_explore.lang.types import FixedType, Float, bfloat16, parse_type


def header_text(code: HlsCode) -> str:
    """The declaration of the kernel for other C++ files."""
    guard = f"{code.top.upper()}_H"
    lines = [f"#ifndef {guard}", f"#define {guard}", "", *code.headers]
    if any(port.dtype == "bfloat16" for port in code.ports):
        lines += ["", *helper_lines(BFLOAT16_HELPERS, code.dialect)[:-1]]
    return "\n".join([*lines, "", f"{code.prototype};", "", "#endif", ""])


def data_files(
    code: HlsCode, before: Sequence[Any], after: Sequence[Any], results: Sequence[Any]
) -> dict[str, str]:
    """The text files of the golden data: one value a line, row-major; of fixed point its bits, as
    an integer.

    ``before`` and ``after`` are the arguments of a run before and after it, ``results`` what it
    returned.
    """
    files = {}
    for port in code.ports:
        if port.origin == "argument":
            files[f"{port.name}.in.dat"] = _values_text(before[port.position], port)
        if port.direction != "in":
            value = (after if port.origin == "argument" else results)[port.position]
            files[f"{port.name}.golden.dat"] = _values_text(value, port)
    return files


def _values_text(value: Any, port: Port) -> str:
    array = np.asarray(value)
    scalar = parse_type(port.dtype)
    if isinstance(scalar, FixedType):
        lines = [str(scalar.raw(element)) for element in array.ravel().tolist()]
    elif scalar == bfloat16:
        lines = [str(bfloat16(element)) for element in numbers(port.dtype, array).ravel()]
    elif isinstance(scalar, Float):
        kind = np.dtype(port.dtype)
        lines = [str(element) for element in array.astype(kind).ravel()]
    else:
        lines = [str(int(element)) for element in array.ravel()]
    return "\n".join([*lines, ""])


def testbench_text(code: HlsCode, relative_tolerance: float) -> str:
    """``main``: reads the inputs, calls the kernel, compares with the golden data."""
    declarations, loads, checks, arguments = [], [], [], []
    call = f"{code.top}("
    for port in code.ports:
        name = "returned" if port.is_return else port.name
        extents = "".join(f"[{extent}]" for extent in port.shape or ())
        count = math.prod(port.shape or ())
        first = f"&{name}{'[0]' * len(port.shape or ())}"
        declarations.append(f"  static {port.ctype} {name}{extents};")
        if port.origin == "argument":
            loads.append(f'  load(folder, "{port.name}.in.dat", {first}, {count});')
        if port.direction != "in":
            checks.append(f'  failures += check(folder, "{port.name}", {first}, {count});')
        if port.is_return:
            call = f"{name} = {code.top}("
        else:
            arguments.append(name)
    return _TESTBENCH.format(
        top=code.top,
        tolerance=repr(relative_tolerance),
        readers=_readers(code),
        declarations="\n".join(declarations),
        loads="\n".join(loads),
        call=f"  {call}{', '.join(arguments)});",
        checks="\n".join(checks),
    )


def _readers(code: HlsCode) -> str:
    """How values of types are read whose text C++ does not know."""
    halves = {port.ctype for port in code.ports if port.dtype in ("float16", "bfloat16")}
    texts = [_HALF.format(ctype=ctype) for ctype in sorted(halves)]
    for ctype, scalar in {port.ctype: parse_type(port.dtype) for port in code.ports}.items():
        if isinstance(scalar, FixedType):
            integer = f"ap_{'' if scalar.signed else 'u'}int<{scalar.width}>"
            texts.append(_FIXED.format(ctype=ctype, integer=integer))
    return "".join(texts)


_FIXED = """
template <> {ctype} parse<{ctype} >(const char *token) {{  // the bits, as an integer
  {ctype} value;
  value.range() = {integer}(token, 10);
  return value;
}}
"""

_HALF = """
template <> {ctype} parse<{ctype}>(const char *token) {{
  return {ctype}(std::strtof(token, NULL));
}}
template <> double error({ctype} found, {ctype} golden) {{
  return error(float(found), float(golden));
}}
"""

_TESTBENCH = """// Runs {top} on recorded inputs and compares with recorded results.
// Usage: {top}_test [folder of the data]; the exit code is 0 if all results agree.
#include "{top}.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

static const double tolerance = {tolerance};  // of floats, relative

template <typename T> T parse(const char *token) {{ return T(token, 10); }}
template <> bool parse<bool>(const char *token) {{ return token[0] == '1'; }}
template <> int parse<int>(const char *token) {{ return int(std::strtol(token, NULL, 10)); }}
template <> float parse<float>(const char *token) {{ return std::strtof(token, NULL); }}
template <> double parse<double>(const char *token) {{ return std::strtod(token, NULL); }}

// 0 where two values agree; of floats the relative difference.
template <typename T> double error(T found, T golden) {{ return found == golden ? 0.0 : INFINITY; }}
template <> double error(double found, double golden) {{
  if (found == golden || (found != found && golden != golden)) return 0.0;
  double difference = std::fabs(found - golden) / std::fmax(std::fabs(golden), 1e-30);
  return difference == difference ? difference : INFINITY;
}}
template <> double error(float found, float golden) {{
  return error(double(found), double(golden));
}}
{readers}
template <typename T>
void load(const std::string &folder, const char *name, T *values, int count) {{
  std::ifstream file((folder + "/" + name).c_str());
  std::string token;
  for (int i = 0; i < count; ++i) {{
    if (!(file >> token)) {{
      std::printf("cannot read value %d of %s/%s\\n", i, folder.c_str(), name);
      std::exit(2);
    }}
    values[i] = parse<T>(token.c_str());
  }}
}}

template <typename T>
int check(const std::string &folder, const char *name, const T *values, int count) {{
  T *golden = new T[count];
  load(folder, (std::string(name) + ".golden.dat").c_str(), golden, count);
  int wrong = 0;
  double worst = 0.0;
  for (int i = 0; i < count; ++i) {{
    double difference = error(values[i], golden[i]);
    if (difference > worst) worst = difference;
    if (difference > tolerance) {{
      if (wrong == 0) std::printf("%s: the first wrong element is number %d\\n", name, i);
      ++wrong;
    }}
  }}
  std::printf("%s: %d of %d elements wrong, largest difference %g\\n", name, wrong, count, worst);
  delete[] golden;
  return wrong;
}}

int main(int argc, char **argv) {{
  std::string folder = argc > 1 ? argv[1] : "data";
{declarations}
{loads}
{call}
  int failures = 0;
{checks}
  std::printf(failures ? "FAILED\\n" : "PASSED\\n");
  return failures ? 1 : 0;
}}
"""

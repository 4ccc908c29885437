"""Compiling emitted C++ into a shared library, with a cache and a precompiled header."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from hcl_explore.backend.hls.code import HlsCode
from hcl_explore.backend.hls.headers import include_directories
from hcl_explore.errors import BuildError, SourceSpan
from hcl_explore.ir.locations import SourcePlace

COMPILE_TIMEOUT_S = 300.0
_CAPACITY = 500
# -O1 compiles fastest overall; contraction or fast-math would change floating-point results.
_FLAGS = (
    *("-std=c++14", "-O1", "-ffp-contract=off", "-fPIC", "-pthread"),
    *("-w", "-fno-diagnostics-show-caret"),
)
_PRELUDES = {
    "vitis": "#include <ap_int.h>\n#include <hls_half.h>\n#include <hls_math.h>\n"
    "#include <hcl_explore_csim.h>\n",
    "catapult": "#include <ac_int.h>\n#include <cmath>\n#include <hcl_explore_csim.h>\n",
}
_ERROR = re.compile(r"kernel\.cpp:(\d+):(?:\d+:)? (?:fatal )?error: (.*)")


def compile_library(code: HlsCode, wrapper: str) -> Path:
    """The shared library of the text of ``code``, the C++ of ``wrapper``, which includes it as
    ``kernel.cpp``, and the external functions that it calls. Raises ``BuildError``."""
    files = {"kernel.cpp": code.text, "wrapper.cpp": wrapper}
    units = ["wrapper.cpp"]
    for external in code.externals:
        files.update({f"{external.name}/{name}": text for name, text in external.files})
        units.append(f"{external.name}/{external.files[0][0]}")
    return compile_files(files, units, code.dialect, lambda output: _compile_error(code, output))


def compile_files(
    files: Mapping[str, str], units: Sequence[str], dialect: str, failed: Callable[[str], Exception]
) -> Path:
    """The shared library of the translation units ``units`` of ``files`` (texts by path).

    Raises ``BuildError`` where it cannot be made, or what ``failed`` makes of the compiler's
    messages.
    """
    compiler = find_compiler()
    folder = cache_folder()
    headers = include_directories(dialect)
    command = [compiler, *_FLAGS, *(f"-I{path}" for path in headers)]
    tools = "\0".join([compiler_version(compiler), *_fingerprint(headers), *command])
    contents = [part for file in sorted(files.items()) for part in file]
    library = folder / f"{_digest(tools, *units, *contents)}.so"
    if library.exists():
        library.touch()  # the least recently used are the first to go
        return library
    prelude = _precompiled_header(command, _PRELUDES[dialect], tools, folder)
    with tempfile.TemporaryDirectory(prefix="hcl_explore-csim-") as name:
        work = Path(name)
        for path, text in files.items():
            (work / path).parent.mkdir(exist_ok=True)
            (work / path).write_text(text, encoding="utf-8")
        result = work / "result.so"
        done = _run(
            [*command, "-include", str(prelude), "-shared", *units, "-o", str(result)], work
        )
        if done.returncode != 0:
            raise failed(done.stderr)
        _put(result, library)
    _forget_oldest(folder)
    return library


@cache
def find_compiler() -> str:
    """The path of the C++ compiler. Raises ``BuildError`` where there is none."""
    for name in ("g++", "clang++", "c++"):
        path = shutil.which(name)
        if path is not None:
            return path
    raise BuildError(
        "C simulation needs a C++ compiler, and none was found",
        advice="Install one: apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), "
        "xcode-select --install (macOS).",
    )


@cache
def compiler_version(compiler: str) -> str:
    """What the compiler says of itself, so that an upgrade does not meet old libraries."""
    done = _run([compiler, "--version"], Path(tempfile.gettempdir()))
    return done.stdout


@cache
def cache_folder() -> Path:
    """Where libraries are kept: the user's cache folder, or a temporary one where that cannot be
    written."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "hcl_explore" / "csim"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hcl_explore-csim-"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _fingerprint(folders: list[Path]) -> list[str]:
    """Changes when a header does: neither a library nor a precompiled header may outlive it."""
    stats = [(path, path.stat()) for folder in folders for path in sorted(folder.glob("*.h"))]
    return [f"{path.name} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats]


def _precompiled_header(command: list[str], text: str, tools: str, folder: Path) -> Path:
    """The header ``text``, compiled once for all libraries: it takes seconds."""
    header = folder / f"prelude-{_digest(tools, text)}.h"
    compiled = header.with_suffix(".h.gch")
    if compiled.exists():
        return header
    with tempfile.TemporaryDirectory(prefix="hcl_explore-csim-") as name:
        work = Path(name)
        (work / "prelude.h").write_text(text)
        result = work / "prelude.h.gch"
        done = _run([*command, "-x", "c++-header", "prelude.h", "-o", str(result)], work)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["no reason given"]
            raise BuildError(f"the headers of the HLS types do not compile: {lines[0]}")
        _put(work / "prelude.h", header)
        _put(result, compiled)
    return header


def _put(source: Path, target: Path) -> None:
    """Move a file to the cache so that nobody ever sees half of it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(source.read_bytes())
    Path(file.name).replace(target)


def _forget_oldest(folder: Path) -> None:
    def age(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except FileNotFoundError:  # another process was faster
            return 0.0

    for path in sorted(folder.glob("*.so"), key=age)[:-_CAPACITY]:
        path.unlink(missing_ok=True)


def _run(command: list[str], work: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=work,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMPILE_TIMEOUT_S,
            check=False,
            # Messages are parsed: no translation, no typographic quotes.
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise BuildError(
            f"compiling the C++ took longer than {COMPILE_TIMEOUT_S:.0f} s",
            advice="Unroll less: the size of the text decides the time.",
        ) from None
    except OSError as error:
        raise BuildError(f"the C++ compiler {command[0]} could not be started: {error}") from None


def _compile_error(code: HlsCode, output: str) -> BuildError:
    """The first error of the compiler, at the kernel's source line."""
    match = _ERROR.search(output)
    if match is None:
        lines = [line for line in output.splitlines() if "error" in line] or ["no reason given"]
        return BuildError(f"the C++ of {code.top} does not compile: {lines[0].strip()}")
    number = int(match[1])
    line = code.links[number - 1] if number <= len(code.links) else None
    span = None
    if line is not None and code.filename is not None:
        text = code.sources.line(SourcePlace(code.filename, line, 1))
        span = SourceSpan(code.filename, line, len(text) - len(text.lstrip()) + 1, text=text)
    statement = code.text.splitlines()[number - 1].strip()
    return BuildError(
        f"the C++ of {code.top} does not compile: {match[2]}",
        span=span,
        advice=f"C++ line {number}: {statement}",
    )

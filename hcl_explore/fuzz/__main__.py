"""The command ``python -m hcl_explore.fuzz``."""

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import suppress

import hcl_explore.fuzz as package
from hcl_explore.fuzz import Case, Failure, Tally
from hcl_explore.fuzz.isolated import fuzz_isolated


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m hcl_explore.fuzz",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=0, help="where to start drawing")
    parser.add_argument("--count", type=int, default=300, help="how many cases")
    options = parser.parse_args()
    tally = Tally()
    compiler = shutil.which("g++") is not None
    failures: list[Failure] = []

    def report(case: Case, failure: Failure) -> None:
        failures.append(failure)
        print(f"--- {failure.kind}: {failure.detail}\n{case.script()}\n", flush=True)

    # Ctrl-C ends a long run with what it has found.
    with suppress(KeyboardInterrupt):
        fuzz_isolated(
            options.seed,
            options.count,
            tally,
            csim=compiler,
            report=report,
            progress=lambda done: print(f"{done} of {options.count} cases", file=sys.stderr),
        )
    print(tally.table())
    csim = f"{tally.csim} of them as C++ too" if compiler else "none as C++: there is no g++"
    print(f"{tally.cases} cases, {csim}; {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())

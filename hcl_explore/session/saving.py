"""Sessions as JSON files, and back. Nothing in a file is executed: the kernel goes through the
frontend, the steps through the registry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hcl_explore.errors import HclError, SessionError
from hcl_explore.session import portable
from hcl_explore.session.damage import reading
from hcl_explore.session.report_records import read_report_record
from hcl_explore.session.run_results import read_run_results
from hcl_explore.views.record import RECORD_VERSION

if TYPE_CHECKING:
    from hcl_explore.session.session import Session

_FORMAT = "hcl_explore session"


def session_json(session: Session) -> dict[str, Any]:
    """The kernel with its constants, the steps as calls, the reports, and what was measured and
    simulated. Raises ``SessionError`` if the kernel refers to something that cannot be saved."""
    return {
        "format": _FORMAT,
        "version": RECORD_VERSION,
        "kernel": portable.to_json(portable.make_portable(session.schedule.source)),
        "device": session.device,
        "clock_mhz": session.clock_mhz,
        "position": session.position,
        "steps": [
            {
                "primitive": step.primitive,
                "arguments": dict(step.arguments),
                "unchecked": step.unchecked,
                "reassociate": step.reassociated,
            }
            for step in session.steps
        ],
        "reports": list(session.reports),
        "runs": session.run_results.to_json(session.steps),
    }


def read_json(path: Path) -> Any:
    """The contents of a saved file. Raises ``SessionError``."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SessionError(f"cannot read '{path}': {error.strerror or error}") from error
    except ValueError as error:
        raise SessionError(f"'{path}' is no saved session: {error}") from error
    except RecursionError as error:
        raise SessionError(f"'{path}' is no saved session: it is nested too deeply") from error


def restore(data: Any, open_session: Callable[..., Session]) -> Session:
    """The session that ``data`` describes, opened with ``open_session(source, device=,
    clock_mhz=)``.

    Raises:
        SessionError: the data are not a session, damaged, or of another version, or a step is
            refused; the message says which part or step.
        HclError: the kernel is refused.
    """
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise SessionError("this is not a saved session of hcl_explore")
    if data.get("version") != RECORD_VERSION:
        raise SessionError(
            f"the session was saved in version {data.get('version')!r} of the format; this "
            f"program reads version {RECORD_VERSION}"
        )
    with reading("the session"):
        source = portable.from_json(data["kernel"])
    with reading("the choice of device and clock"):
        session = open_session(source, device=data["device"], clock_mhz=data["clock_mhz"])
    with reading("the list of steps"):
        steps = list(data["steps"])
    for number, saved in enumerate(steps, 1):
        _apply(session, number, saved)
    with reading("the position"):
        session.goto(data["position"])
    with reading("the list of reports"):
        reports = list(enumerate(data.get("reports", ()), 1))
    session.reports = []
    for number, entry in reports:
        with reading(f"report {number}"):
            session.reports.append(read_report_record(entry))
    if "runs" in data:
        with reading("what was measured and simulated"):
            session.run_results = read_run_results(data["runs"], session.steps)
    return session


def _apply(session: Session, number: int, saved: Any) -> None:
    """Apply a saved step."""
    with reading(f"step {number}"):
        primitive, arguments = saved["primitive"], saved["arguments"]
        unchecked, reassociate = saved["unchecked"], saved["reassociate"]
        kinds = ((primitive, str), (arguments, dict), (unchecked, bool), (reassociate, bool))
        if not all(isinstance(value, kind) for value, kind in kinds):
            raise TypeError
    try:
        session.apply(primitive, arguments, unchecked=unchecked, reassociate=reassociate)
    except HclError as error:
        written = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        raise SessionError(
            f"step {number} of the saved session, {primitive}({written}), is refused: "
            f"{error.message}",
            span=error.span,
            advice=error.advice,
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a file. Raises ``SessionError``."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SessionError(f"cannot write '{path}': {error.strerror or error}") from error

"""Saved files that are not as they were saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hcl_explore.errors import SessionError


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Say which part of a saved session is damaged, in place of Python's own errors. Our own errors
    pass as they are. Raises ``SessionError``."""
    cause: Exception
    try:
        yield
    except KeyError as error:
        problem, cause = f"{what} has no '{error.args[0]}'", error
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        problem, cause = f"{what} holds a value of the wrong kind", error
    else:
        return
    raise SessionError(
        f"the saved session is damaged: {problem}",
        advice="Save the session again, or undo what was changed in the file by hand.",
    ) from cause

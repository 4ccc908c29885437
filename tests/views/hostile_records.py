"""The gemm session with markup in every name that a user can choose."""

from __future__ import annotations

import copy
from typing import Any

import gemm_records

from hcl_explore.views.record import SessionRecord

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<b>"


def hostile(value: Any) -> Any:
    """The record with markup in every string that is not one of a fixed set."""
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, list):
        return [hostile(item) for item in value]
    if isinstance(value, tuple):
        return tuple(hostile(item) for item in value)
    if isinstance(value, dict):
        fixed = {"status", "kind", "version"}
        return {
            (k + HOSTILE if k.startswith("gemm:") else k): v if k in fixed else hostile(v)
            for k, v in value.items()
        }
    return value


def hostile_session() -> SessionRecord:
    record: SessionRecord = hostile(copy.deepcopy(gemm_records.session_record()))
    return record

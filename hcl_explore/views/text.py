"""Small formatting helpers that every pane shares. All of them return plain or escaped text."""

from __future__ import annotations

from html import escape

__all__ = ["attribute", "escape", "format_bytes", "format_count", "format_gops"]

MISSING = "–"


def attribute(name: str, value: object | None) -> str:
    """`` name="value"`` with the value escaped, or nothing where it is None."""
    if value is None:
        return ""
    return f' {name}="{escape(str(value), quote=True)}"'


def format_count(value: int | None) -> str:
    """A whole number with thousands separators."""
    return MISSING if value is None else f"{value:,}"


def format_bytes(value: int | None) -> str:
    """A size in B, KiB, MiB or GiB with at most one decimal."""
    if value is None:
        return MISSING
    size = float(value)
    for unit in ("B", "KiB", "MiB"):
        if abs(size) < 1024:
            return f"{size:.0f} {unit}" if size == int(size) else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def format_gops(value: float | None) -> str:
    """A rate in GOP/s or a ratio, with three significant digits."""
    if value is None:
        return MISSING
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"

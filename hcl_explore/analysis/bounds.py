"""Lower bounds of an initiation interval."""

from __future__ import annotations

from dataclasses import dataclass

from hcl_explore.analysis.axi import Channel


@dataclass(frozen=True)
class Bound:
    """One lower bound of an initiation interval, why, and what would lower it. ``array`` is what
    it is about, if anything."""

    ii: int
    kind: str
    reason: str
    remedy: str = ""
    array: str = ""

    @property
    def text(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


def channel_bound(channel: Channel) -> Bound:
    arrays = ", ".join(f"{words} of {buffer.name}" for buffer, words in channel.words.items())
    verb = "written" if channel.is_write else "read"
    reason = (
        f"{channel.cycles} words {verb} through bundle {channel.bundle} ({arrays}), one a cycle"
    )
    first = next(iter(channel.words))
    remedy = f"buffer_at({first.name}, …) keeps what is used again on the chip"
    if len(channel.words) > 1:
        remedy += "; bundles of their own for the arrays let them run side by side"
    return Bound(channel.cycles, "memory ports", reason, remedy, channel.bundle)


def greatest(bounds: list[Bound]) -> list[Bound]:
    """The greatest bound of each kind and array, the greatest first."""
    found: dict[tuple[str, str], Bound] = {}
    for bound in sorted(bounds, key=lambda bound: -bound.ii):
        found.setdefault((bound.kind, bound.array), bound)
    return list(found.values())

"""Where streams and tasks come from: what a run's numbers refer to. Plain data, JSON-able."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from hcl_explore.backend.cpu.simulator.endpoints import Endpoint
from hcl_explore.ir.locations import SourcePlace


@dataclass(frozen=True)
class StreamSite:
    """A declaration of a stream, or of an array of streams of ``shape``. ``dtype`` is that of a
    token: ``float32``, or ``float32[8]`` of a block."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    depth: int
    place: SourcePlace | None


@dataclass(frozen=True)
class TaskSite:
    """A call that starts a task: the name of the instance, the function that it runs, the ends of
    FIFOs that it holds, and (position, origin as in ``Endpoint``) of the streams among its
    arguments."""

    name: str
    function: str
    place: SourcePlace | None
    endpoints: tuple[Endpoint, ...] = ()
    streams: tuple[tuple[int, int], ...] = ()


@dataclass
class Sites:
    """All streams and tasks of a module, by the numbers that compiled code knows them by."""

    streams: list[StreamSite] = field(default_factory=list)
    tasks: list[TaskSite] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Sites:
        return cls(
            [
                StreamSite(
                    each["name"],
                    each["dtype"],
                    tuple(each["shape"]),
                    each["depth"],
                    _place(each["place"]),
                )
                for each in data["streams"]
            ],
            [
                TaskSite(
                    each["name"],
                    each["function"],
                    _place(each["place"]),
                    tuple(Endpoint(**end) for end in each["endpoints"]),
                    tuple((position, origin) for position, origin in each["streams"]),
                )
                for each in data["tasks"]
            ],
        )


def _place(data: dict[str, Any] | None) -> SourcePlace | None:
    return None if data is None else SourcePlace(**data)

"""Where the headers are that emitted C++ needs outside the tool."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hcl_explore.errors import BuildError

# Folders of hls4ml, which carries the vendors' arbitrary-precision headers (Apache-2.0).
_VENDOR = {
    "vitis": "templates/vivado/ap_types",
    "catapult": "templates/catapult/ac_types/include",
}
_OWN = Path(__file__).with_name("include")


def include_directories(dialect: str) -> list[Path]:
    """The folders for ``g++ -I``, in this order: ours (``hls_math.h``, ``hls_half.h``), then the
    vendor's integers.

    Raises:
        BuildError: the package that carries the vendor's headers is not installed.
    """
    spec = importlib.util.find_spec("hls4ml")
    locations = spec.submodule_search_locations if spec is not None else None
    for location in locations or ():
        folder = Path(location) / _VENDOR[dialect]
        if folder.is_dir():
            return [_OWN, folder]
    raise BuildError(
        "the headers of the HLS integer types are not installed",
        advice="Install the package hls4ml, which carries them: pip install hls4ml",
    )

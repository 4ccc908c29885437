"""``python -m hcl_explore.accuracy``."""

from __future__ import annotations

import typer

from hcl_explore.accuracy.command import main

typer.run(main)

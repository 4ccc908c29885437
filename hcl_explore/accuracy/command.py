"""The command ``python -m hcl_explore.accuracy``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from hcl_explore.accuracy.compare import run
from hcl_explore.accuracy.figures import summary
from hcl_explore.accuracy.page import goals, page, scatter_plots, table
from hcl_explore.errors import HclError


def main(
    points: Annotated[Path, typer.Option(help="points, one JSON object a line")] = Path(
        "benchmarks/qor/points.jsonl"
    ),
    kernels: Annotated[Path, typer.Option(help="folder of kernels in our language")] = Path(
        "benchmarks/qor/kernels"
    ),
    json_out: Annotated[Path | None, typer.Option("--json", help="write the figures here")] = None,
    page_out: Annotated[Path | None, typer.Option("--page", help="write the page here")] = None,
) -> None:
    """Estimate designs with known HLS reports and print how far off the estimates are."""
    try:
        comparisons = run(points, kernels)
    except (HclError, OSError) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    tiers = summary(comparisons)
    typer.echo("\n".join([*table(tiers), "", *goals(tiers)]))
    if json_out is not None:
        json_out.write_text(json.dumps(tiers, indent=1) + "\n", encoding="utf-8")
    if page_out is not None:
        page_out.write_text(page(comparisons), encoding="utf-8")
        for name, plot in scatter_plots(comparisons).items():
            (page_out.parent / name).write_text(plot, encoding="utf-8")

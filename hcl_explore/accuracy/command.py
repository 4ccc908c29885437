"""The command ``python -m hcl_explore.accuracy``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from hcl_explore.accuracy.compare import run
from hcl_explore.accuracy.figures import summary
from hcl_explore.accuracy.page import goals, not_expressed, page, remarks, scatter_plots, table
from hcl_explore.accuracy.points import read_kernels
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
        files = read_kernels(kernels)
        comparisons = run(points, files)
    except (HclError, OSError, UnicodeDecodeError) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    for file in files:
        if file.missing and not file.points:
            typer.echo(f"left out: {file.missing}", err=True)
    if not files:
        typer.echo(f"{kernels} holds no kernel file: every point is missed", err=True)
    tiers = summary(comparisons)
    lists = [*table(tiers), "", *goals(tiers)]
    for rows in (not_expressed(comparisons), remarks(comparisons)):
        lists += ["", *rows] if rows else []
    typer.echo("\n".join(lists))
    if json_out is not None:
        json_out.write_text(json.dumps(tiers, indent=1) + "\n", encoding="utf-8")
    if page_out is not None:
        page_out.write_text(page(comparisons), encoding="utf-8")
        for name, plot in scatter_plots(comparisons).items():
            (page_out.parent / name).write_text(plot, encoding="utf-8")

"""JupyterLab on a temporary notebook, and headless Chromium to look at it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Playwright

START_TIMEOUT_S = 180
_CALM = 20
_NUMBERED = re.compile(r"\[\d+\]:")
# The system's Chromium: Playwright's own download is not needed.
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    """Headless Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """A notebook of code cells that names its kernel: else a dialog would wait for an answer."""
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """A server on ``folder``, with settings and runtime files of its own; gives its address."""
    port = free_port()
    settings = folder / ".jupyter"
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *_python_path()]),
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/status", server, folder / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _python_path() -> list[str]:
    return [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


def open_notebook(page: Page, address: str, name: str) -> None:
    """Open a notebook in a fresh workspace and wait for its kernel."""
    page.goto(f"{address}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=START_TIMEOUT_S * 1000)
    deadline = time.monotonic() + START_TIMEOUT_S
    calm = 0
    # On a slow machine JupyterLab may ask for a kernel before it has read the list of kernels.
    while calm < 5:
        if time.monotonic() > deadline:
            raise TimeoutError("the notebook's kernel did not start")
        page.wait_for_timeout(100)
        select = page.locator(".jp-Dialog .jp-mod-accept")
        idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        if select.count():
            select.first.click()
            calm = 0
        else:
            calm = calm + 1 if idle.count() else 0


def run_cell(page: Page, number: int) -> None:
    """Run one cell, as a user does (click into it, Ctrl+Enter), and wait until it has run.

    JupyterLab drops a run that is asked for before the kernel listens, and then shows the same
    prompt ``[*]`` for a moment as for a run that waits; only the number of the execution, which the
    kernel gives, says that the cell has run. The cell is asked for again only while its prompt
    tells that no run is under way.
    """
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        _wait_for_idle_kernel(page, deadline)
        cell.locator(".jp-InputArea .cm-content").click()
        page.keyboard.press("Control+Enter")
        if _has_run(page, prompt, before, deadline):
            return
    raise TimeoutError(f"cell {number} does not run: its prompt is {prompt.inner_text()!r}")


def _wait_for_idle_kernel(page: Page, deadline: float) -> None:
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    left_ms = max(deadline - time.monotonic(), 0.0) * 1000
    idle.first.wait_for(state="attached", timeout=left_ms)


def _has_run(page: Page, prompt: Locator, before: str, deadline: float) -> bool:
    """Wait for the number of a new execution; False if the run that was asked for is dropped: the
    kernel idle and no ``[*]``, time and again."""
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    dropped = 0
    while dropped < _CALM and time.monotonic() < deadline:
        page.wait_for_timeout(100)
        now = prompt.inner_text()
        if now != before and _NUMBERED.fullmatch(now.strip()):
            return True
        dropped = dropped + 1 if idle.count() and "*" not in now else 0
    return False

"""Runs the front end's own tests, where node is installed; using the package needs no node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_front_ends_own_tests_pass() -> None:
    tests = Path(__file__).parent / "frontend.test.mjs"
    done = subprocess.run(
        ["node", "--test", str(tests)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

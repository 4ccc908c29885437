"""Tokenizers and listings."""

from __future__ import annotations

import random
import string

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.views.code import code_html, highlight_line
from hcl_explore.views.panes import MAX_ASSEMBLY_LINES, assembly_html
from hcl_explore.views.tokens import Language, tokenize

LANGUAGES: list[Language] = ["mlir", "cpp", "python", "assembly", "text"]


def classes(language: Language, line: str) -> dict[str, str]:
    return {token.text: token.css for token in tokenize(language, line) if token.css}


@pytest.mark.parametrize("language", LANGUAGES)
def test_tokens_give_the_line_back(language: Language) -> None:
    generator = random.Random(1)
    alphabet = string.printable.replace("\n", "") + "é→%@#"
    for _ in range(300):
        line = "".join(generator.choice(alphabet) for _ in range(generator.randrange(60)))
        assert "".join(token.text for token in tokenize(language, line)) == line


def test_mlir_tokens() -> None:
    line = '  %0 = affine.load %A[%i, %k.outer * 8] {n = "x"} : memref<32x32xf32>  // why'
    found = classes("mlir", line)
    assert found["%k.outer"] == "t-v"
    assert found["affine.load"] == "t-k"
    assert found["8"] == "t-n"
    assert found['"x"'] == "t-s"
    assert found["memref"] == "t-t"
    assert found["32x32xf32"] == "t-t"
    assert found["// why"] == "t-c"


def test_cpp_and_python_tokens() -> None:
    assert classes("cpp", "for (int i = 0; i < 4; i++) // n") == {
        "for": "t-k", "int": "t-k", "0": "t-n", "4": "t-n", "// n": "t-c",
    }  # fmt: skip
    assert classes("cpp", "  #pragma HLS pipeline II=1") == {"  #pragma HLS pipeline II=1": "t-g"}
    assert classes("python", "def f(A: int32[4]): # x") == {
        "def": "t-k", "int32": "t-t", "4": "t-n", "# x": "t-c",
    }  # fmt: skip


def test_assembly_tokens() -> None:
    assert classes("assembly", ".LBB0_1:  # loop") == {".LBB0_1:": "t-f", "# loop": "t-c"}
    assert classes("assembly", "\tvaddps\tymm0, ymm1, ymmword ptr [rdi + 32]") == {
        "vaddps": "t-k", "ymm0": "t-v", "ymm1": "t-v", "ymmword": "t-t", "ptr": "t-t",
        "rdi": "t-v", "32": "t-n",
    }  # fmt: skip


def test_long_assembly_is_cut_and_says_so() -> None:
    html = Checked(assembly_html("\tnop\n" * (MAX_ASSEMBLY_LINES + 5)))
    assert f"The first {MAX_ASSEMBLY_LINES:,} of {MAX_ASSEMBLY_LINES + 5:,} lines" in html.text
    assert len(html.with_class("hx-ln")) == MAX_ASSEMBLY_LINES


def test_marks_may_cut_through_tokens() -> None:
    html = highlight_line("#pragma HLS unroll", "cpp", ((8, 11),))
    assert Checked(html).text == "#pragma HLS unroll"
    assert '<mark><span class="t-g">HLS</span></mark>' in html


def test_listing_numbers_links_and_pragmas() -> None:
    html = Checked(
        code_html("a\n#pragma HLS unroll\nb", "cpp", links=[7, None], first_line=4, label="C++")
    )
    assert [a.get("data-src") for a in html.with_class("hx-ln")] == ["7", None, None]
    assert len(html.with_class("is-pragma")) == 1
    assert html.text == "4a5#pragma HLS unroll6b"


def test_an_empty_listing_says_so() -> None:
    assert "empty" in Checked(code_html("", "mlir")).text


def test_the_whole_ir_can_be_read_back() -> None:
    step = gemm_records.step_record(5)
    html = Checked(code_html(step["ir"], "mlir", links=step["ir_links"]))
    numbers = [str(n) for n in range(1, len(step["ir"].splitlines()) + 1)]
    expected = "".join(
        f"{n}{line}" for n, line in zip(numbers, step["ir"].splitlines(), strict=True)
    )
    assert html.text == expected

"""The side-by-side diff: every line once, the right ones paired, the right words marked."""

from __future__ import annotations

import random
from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from html_check import Checked

from hcl_explore.views import line_diff
from hcl_explore.views.diff import Row, diff_html, diff_rows, word_marks
from hcl_explore.views.line_diff import align_block, match_lines

BEFORE = """\
func.func @f(%A: memref<32xf32>) {
  affine.for %k = 0 to 32 {
    %0 = affine.load %A[%k] : memref<32xf32>
    %1 = arith.mulf %0, %0 : f32
    affine.store %1, %A[%k] : memref<32xf32>
  }
  return
}"""

AFTER = """\
func.func @f(%A: memref<32xf32>) {
  affine.for %k.outer = 0 to 4 {
    affine.for %k.inner = 0 to 8 {
      %5 = affine.load %A[%k.outer * 8 + %k.inner] : memref<32xf32>
      %6 = arith.mulf %5, %5 : f32
      affine.store %6, %A[%k.outer * 8 + %k.inner] : memref<32xf32>
    }
  }
  return
}"""


def marked(row: Row) -> tuple[list[str], list[str]]:
    return (
        [row.left[start:end] for start, end in row.left_marks],
        [row.right[start:end] for start, end in row.right_marks],
    )


def sides(rows: list[Row]) -> tuple[str, str]:
    left = "\n".join(row.left for row in rows if row.left_number is not None)
    right = "\n".join(row.right for row in rows if row.right_number is not None)
    return left, right


def test_a_split_reads_as_one_changed_and_one_added_loop() -> None:
    rows = diff_rows(BEFORE, AFTER)
    assert [row.kind for row in rows] == [
        "equal", "changed", "added", "changed", "equal", "changed", "added", "equal", "equal",
        "equal",
    ]  # fmt: skip
    assert marked(rows[1]) == (["%k", "32"], ["%k.outer", "4"])
    assert marked(rows[3]) == (["%0", "%k"], ["%5", "%k.outer * 8 + %k.inner"])
    assert (rows[4].left.strip(), rows[4].right.strip()) == (
        "%1 = arith.mulf %0, %0 : f32",
        "%6 = arith.mulf %5, %5 : f32",
    )


def test_swapped_operands_are_a_change_although_only_numbers_differ() -> None:
    head = "%0 = load %A\n%1 = load %B\n"
    rows = diff_rows(head + "%2 = subf %0, %1", head + "%2 = subf %1, %0")
    assert [row.kind for row in rows] == ["equal", "equal", "changed"]


def test_a_number_used_before_it_was_seen_must_stay_the_same() -> None:
    assert [row.kind for row in diff_rows("use %3", "use %4")] == ["changed"]


def test_sibling_regions_may_reuse_numbers() -> None:
    before = "%0 = a\nuse %0\n%0 = b\nuse %0"
    after = "%7 = a\nuse %7\n%0 = b\nuse %0"
    assert [row.kind for row in diff_rows(before, after)] == ["equal"] * 4


def test_indentation_alone_is_no_change() -> None:
    rows = diff_rows("a\n  b", "    a\nb")
    assert [row.kind for row in rows] == ["equal", "equal"]
    assert (rows[0].left, rows[0].right) == ("a", "    a")


@pytest.mark.parametrize(("before", "after"), [("", ""), ("", "a\nb"), ("a\nb", ""), ("a", "a")])
def test_empty_sides(before: str, after: str) -> None:
    rows = diff_rows(before, after)
    assert sides(rows) == (before, after)
    Checked(diff_html(rows))


def test_every_line_stands_in_the_rows_once_and_in_order() -> None:
    generator = random.Random(7)
    words = ["x", "y = %0", "%1 = f %0", "}", "  }", "for %i {", ""]
    for _ in range(300):
        before = [generator.choice(words) for _ in range(generator.randrange(12))]
        after = [generator.choice(words) for _ in range(generator.randrange(12))]
        rows = diff_rows("\n".join(before), "\n".join(after))
        left = [(r.left_number, r.left) for r in rows if r.left_number is not None]
        right = [(r.right_number, r.right) for r in rows if r.right_number is not None]
        # A trailing empty line is no line of its own to ``splitlines``.
        assert left == list(enumerate("\n".join(before).splitlines(), 1))
        assert right == list(enumerate("\n".join(after).splitlines(), 1))


def test_matched_lines_never_cross() -> None:
    generator = random.Random(3)
    for _ in range(100):
        before = [str(generator.randrange(9)) for _ in range(30)]
        after = generator.sample(before, 20)
        pairs = match_lines(before, after)
        assert pairs == sorted(set(pairs))
        assert all(later[1] > earlier[1] for earlier, later in pairwise(pairs))
        assert all(before[i] == after[j] for i, j in pairs)


def test_replaced_lines_are_paired_by_their_words() -> None:
    before = ["alpha beta gamma", "one two three"]
    after = ["zzz", "alpha beta delta", "one two four"]
    assert align_block(before, after) == [(None, 0), (0, 1), (1, 2)]
    assert align_block([*before, "zzz"], after[1:]) == [(0, 0), (1, 1), (2, None)]
    assert align_block(before, [*after[1:], "zzz"]) == [(0, 0), (1, 1), (None, 2)]


def test_marks_leave_the_indentation_alone() -> None:
    left, right = "    a = b;", "  a = c;"
    marks_left, marks_right = word_marks(left, right)
    assert [left[s:e] for s, e in marks_left] == ["b"]
    assert [right[s:e] for s, e in marks_right] == ["c"]


def test_long_unchanged_regions_are_folded() -> None:
    before = "\n".join(f"line {n} of the program" for n in range(60))
    after = before.replace("line 30 of", "line 30 in")
    html = Checked(diff_html(diff_rows(before, after), context=2))
    assert html.text.count("unchanged lines") == 2
    assert "28 unchanged lines" in html.text
    assert len(html.with_class("hx-row")) == 60


def test_equal_texts_say_so() -> None:
    assert "No line changed" in Checked(diff_html(diff_rows(BEFORE, BEFORE))).text


def test_links_go_to_the_kernel_line_of_each_side() -> None:
    rows = diff_rows("a\nb x y", "a\nb x z")
    html = Checked(diff_html(rows, left_links=[4, 5], right_links=[4, None]))
    cells = html.with_class("cell")
    assert [cell.get("data-src") for cell in cells] == ["4", "4", "5", None]


def test_markup_in_the_text_stays_text() -> None:
    hostile = "</code><script>alert(1)</script> & <mark>"
    html = Checked(diff_html(diff_rows(hostile, hostile + " changed"), "cpp"))
    assert html.text.count(hostile) == 2


def test_unchanged_lines_of_a_long_text_all_match() -> None:
    before = [f"line {n}" for n in range(20_000)]
    after = ["replaced" if n % 100 == 0 else line for n, line in enumerate(before)]
    assert match_lines(before, after) == [(n, n) for n in range(20_000) if n % 100]


@pytest.mark.parametrize(("length", "searched"), [(50, [2_500]), (5_000, [])])
def test_only_short_texts_without_unique_lines_are_searched(
    length: int, searched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``SequenceMatcher`` takes quadratic time: on 5,000 lines without an anchor, minutes."""
    sizes: list[int] = []

    class Recording(SequenceMatcher[str]):
        def __init__(self, isjunk: None, a: list[str], b: list[str], autojunk: bool) -> None:
            sizes.append(len(a) * len(b))
            super().__init__(isjunk, a, b, autojunk)

    monkeypatch.setattr(line_diff, "SequenceMatcher", Recording)
    before, after = (["ab"[n % 2] for n in range(start, start + length)] for start in (0, 1))
    match_lines(before, after)
    assert sizes == searched

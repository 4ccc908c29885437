"""Names a C++ compiler accepts, close to the user's and never colliding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The keywords of C++17 with the alternative operator spellings, and those C++20 added
# (ISO/IEC 14882:2020, [lex.key]), so that the text stays valid under any tool's default standard.
KEYWORDS = _words(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
    char32_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
    constinit continue decltype default delete do double dynamic_cast else enum explicit export
    extern false float for friend goto if inline int long mutable namespace new noexcept not
    not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires
    return short signed sizeof static static_assert static_cast struct switch template this
    thread_local throw true try typedef typeid typename union unsigned using virtual void volatile
    wchar_t while xor xor_eq
    """
)

# Names that the emitted text itself uses or that the headers define as macros or types.
RESERVED = _words(
    """
    std hls ap_int ap_uint ap_fixed ap_ufixed ac_int ac_fixed ac_channel half main
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t
    bfloat16 bit_cast maximum minimum floor_div floor_mod
    NULL EOF NAN INFINITY HUGE_VAL I errno assert stdin stdout stderr
    AP_RND AP_RND_ZERO AP_RND_MIN_INF AP_RND_INF AP_RND_CONV AP_TRN AP_TRN_ZERO AP_SAT
    AP_SAT_ZERO AP_SAT_SYM AP_WRAP AP_WRAP_SM AP_INT_MAX_W linux unix
    """
)

# A function at namespace scope also meets the C library's functions that <cmath>, <cstdlib> and
# <cstring> bring in; a local variable may shadow them.
LIBRARY_FUNCTIONS = _words(
    """
    abort abs acos acosh asin asinh atan atan2 atanh atexit atof atoi bcmp bcopy bsearch bzero
    cbrt ceil copysign cos cosh div drem erf erfc exit exp exp2 expm1 fabs fdim ffs floor fma fmax
    fmin fmod free frexp gamma getenv hypot ilogb index isfinite isinf isnan j0 j1 jn labs ldexp
    ldiv lgamma llabs log log10 log1p log2 logb lrint lround malloc memchr memcmp memcpy memmove
    memset modf nan nearbyint nextafter pow powf putenv qsort rand random realloc remainder rindex
    rint round scalb scalbn select setenv signbit signal significand sin sinh sqrt srand strcat
    strchr strcmp strcpy strlen strtod strtol system tan tanh tgamma time trunc y0 y1 yn read
    write open close link pause sleep sync wait
    """
)


@lru_cache(maxsize=4096)
def cpp_name(name: str) -> str:
    """``name`` as a C++ identifier: other characters become ``_``, letters outside ASCII their
    code point, and a keyword, reserved name or empty name gets a ``_`` behind it.

    Identifiers with two underscores in a row or a leading one are reserved in C++, so they are
    changed too.
    """
    ascii_name = "".join(
        character if character.isascii() else f"u{ord(character):04x}" for character in name
    )
    cleaned = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", ascii_name))
    if cleaned.startswith("_"):
        cleaned = f"v{cleaned}"
    if not cleaned or cleaned[0].isdigit():
        cleaned = f"v_{cleaned}".rstrip("_")
    if cleaned in KEYWORDS or cleaned in RESERVED:
        cleaned = f"{cleaned}_"
    return cleaned


class Names:
    """The names taken in one C++ scope."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, wanted: str) -> str:
        """A free C++ name: ``wanted`` made valid, with a number behind it where that is taken."""
        base = cpp_name(wanted)
        name, number = base, 0
        while name in self._taken:
            number += 1
            name = f"{base.rstrip('_')}_{number}"
        self._taken.add(name)
        return name

    def release(self, name: str) -> None:
        """``name`` went out of scope."""
        self._taken.discard(name)

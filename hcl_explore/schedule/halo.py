"""A producer that runs ahead of its consumer, so that a halo is there when it is read."""

from __future__ import annotations

from hcl_explore.errors import LegalityError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.legality import first_violation
from hcl_explore.polyhedral.violation import Violation
from hcl_explore.schedule.aliasing import alias_refusal
from hcl_explore.schedule.fusion import Fusion, fuse_nests, plan_fusion
from hcl_explore.schedule.legality import violation_error
from hcl_explore.schedule.peeling import peel_loop
from hcl_explore.schedule.primitive import Outcome, then

_MOST_EXAMPLES = 8
"""Each one brings the producer further ahead; a stencil in two dimensions has few."""


def run_ahead(
    program: Program, what: str, fusion: Fusion, *, reassociate: bool
) -> Fusion | LegalityError:
    """``fusion`` with the producer as far ahead as the counterexamples ask for, or the refusal."""
    refused: Violation | None = None
    ahead = fusion
    for _ in range(_MOST_EXAMPLES):
        found = first_violation(ahead.concerned, ahead.time, reassociate=reassociate)
        if found is None:
            return alias_refusal(program, what, fusion.concerned) or ahead
        refused = refused or found
        further = _further(ahead, found)
        if further is None:
            break
        ahead = further
    assert refused is not None
    return violation_error(program, what, refused)


def _further(fusion: Fusion, violation: Violation) -> Fusion | None:
    """The producer just far enough ahead for this read of what it wrote; None if that is not it."""
    if not violation.exact or fusion.first[-1] not in violation.first.access.loops:
        return None
    written, read = dict(violation.first.iteration), dict(violation.second.iteration)
    for level, (loop, partner) in enumerate(zip(fusion.first, fusion.second, strict=True)):
        if partner not in read:
            return None
        missing = written[loop] - read[partner] - fusion.offsets[level]
        if missing < 0:
            return None
        iterations = -(-missing // (loop.step or 1))
        if iterations == 0:
            continue
        if any(one.trip_count is None for one in (loop, partner)):
            return None
        ahead = fusion.ahead(level, iterations)
        # Beyond half of the range it is no halo: most would run before or after.
        trips = partner.trip_count or 0
        return ahead if 2 * ahead.tails[level] <= trips else None
    return None


def fuse_ahead(module: ModuleLike, program: Program, fusion: Fusion) -> Outcome:
    """Loop by loop: peel what runs before and after, and fuse the rest."""
    first, second = fusion.first[0].key, [loop.key for loop in fusion.second]
    inner = [loop.key for loop in fusion.first[1:]]
    forwarding: dict[str, tuple[str, ...]] = {}

    def note(outcome: Outcome) -> None:
        nonlocal forwarding, program
        forwarding = then(forwarding, outcome.forwarding)
        program = read_program(module, program.sources)

    for level, key in enumerate(second):
        if fusion.leads[level]:
            note(peel_loop(program, _loop(program, first), fusion.leads[level], last=False))
        if fusion.tails[level]:
            note(peel_loop(program, _loop(program, key), fusion.tails[level], last=True))
        step = plan_fusion(program, "compute_at", _loop(program, first), _loop(program, key))
        assert isinstance(step, Fusion)
        outcome = fuse_nests(step)
        note(outcome)
        inner = [outcome.forwarding.get(name, (name,))[0] for name in inner]
        if inner:
            first, inner = inner[0], inner[1:]
    return Outcome(forwarding, loops=(second[-1],))


def _loop(program: Program, key: str) -> Loop:
    found = program.loop(key)
    assert found is not None, key
    return found

"""Two nests of one block become one: which loops meet, in what order all then runs, the rewrite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.duplicate import rename_loop
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.linear import LinearForm, Variable
from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule.legality import not_applicable, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal
from hcl_explore.schedule.primitive import Outcome


@dataclass(frozen=True)
class Fusion:
    """Two nests of one block whose outer loops become one.

    ``first`` and ``second`` are the loops that meet, outermost first; ``offsets`` says by how much
    the variable of a loop of ``first`` exceeds that of its partner. ``concerned`` are the accesses
    of both nests and of all that lies between them. The first ``leads`` iterations of each loop of
    ``first`` run before those of its partner, and the last ``tails`` of the partner alone.
    """

    first: tuple[Loop, ...]
    second: tuple[Loop, ...]
    offsets: tuple[int, ...]
    concerned: tuple[Access, ...]
    leads: tuple[int, ...] = ()
    tails: tuple[int, ...] = ()

    @property
    def has_halo(self) -> bool:
        return any(self.leads) or any(self.tails)

    def ahead(self, level: int, iterations: int) -> Fusion:
        """The same with the first nest so many more iterations of a level ahead."""

        def more(numbers: tuple[int, ...], by: int) -> tuple[int, ...]:
            return (*numbers[:level], numbers[level] + by, *numbers[level + 1 :])

        return replace(
            self,
            offsets=more(self.offsets, iterations * (self.first[level].step or 1)),
            leads=more(self.leads, iterations),
            tails=more(self.tails, iterations),
        )

    def time(self, access: Access) -> Time:
        """The first nest runs at the start of each iteration of the second's innermost loop.

        So it does where it is ahead: the iterations before the second's first one come first.
        """
        time = original_time(access)
        if self.first[-1] not in access.loops:
            return time
        parts: list[int | LinearForm] = list(time[: 2 * self.first[0].depth])
        for loop, partner, offset in zip(self.first, self.second, self.offsets, strict=True):
            parts += [partner.position, LinearForm(((loop, 1),), -offset)]
        return (*parts, -1, *time[2 * self.first[-1].depth + 2 :])


def plan_fusion(
    program: Program, primitive: str, producer: Loop, axis: Loop, *, with_halo: bool = False
) -> Fusion | ScheduleError:
    """Which loops meet when ``producer``'s nest moves into ``axis``, or why they cannot.

    ``with_halo`` takes loops of different constant trip counts too: what is left over runs before
    or after.
    """
    consumer = _partner(producer, axis)
    if consumer is None or consumer is producer:
        return not_applicable(
            program,
            axis,
            f"{primitive}: '{axis.name}' is not in a nest beside '{producer.name}'",
            "Name the outermost loop of the producer, and a loop of a nest that follows it in the "
            "same block.",
        )
    if consumer.position < producer.position:
        return not_applicable(
            program,
            producer,
            f"{primitive}: '{producer.name}' comes after '{axis.name}'",
            f'Name the earlier nest first: s.{primitive}("{axis.name}", "{producer.name}").',
        )
    second = axis.chain[consumer.depth :]
    first = [producer]
    while len(first) < len(second):
        inner = first[-1].only_loop
        if inner is None:
            return not_applicable(
                program,
                first[-1],
                f"{primitive}: '{first[-1].name}' is not a perfect nest of {len(second)} loops, as "
                f"deep as '{axis.name}' is in its own",
                "Name a loop further outside.",
            )
        first.append(inner)
    offsets: dict[Variable, int] = {}
    partners: dict[Variable, Loop] = {}
    leads: list[int] = []
    tails: list[int] = []
    for loop, partner in zip(first, second, strict=True):
        for one in (loop, partner):
            refusal = require_affine(program, primitive, one) or annotation_refusal(
                program, primitive, one
            )
            if refusal is not None:
                return refusal
        offset = _offset(loop, partner, partners, offsets)
        surplus = (loop.trip_count or 0) - (partner.trip_count or 0) if offset is None else 0
        leads.append(max(surplus, 0))
        tails.append(max(-surplus, 0))
        if with_halo and offset is None:
            offset = _offset_ahead(loop, partner, leads[-1])
        if offset is None:
            return not_applicable(
                program,
                partner,
                f"{primitive}: '{loop.name}' ({_trips(loop)}) and '{partner.name}' "
                f"({_trips(partner)}) do not run over equally many iterations in equal steps",
                "Split or peel them alike first."
                if with_halo
                else "Where the producer runs over more, compute_at lets it run ahead.",
            )
        offsets[loop], partners[loop] = offset, partner
    return Fusion(
        tuple(first),
        tuple(second),
        tuple(offsets.values()),
        _concerned(program, producer, consumer),
        tuple(leads),
        tuple(tails),
    )


def _partner(producer: Loop, axis: Loop) -> Loop | None:
    """The loop around ``axis`` in the same block as ``producer``."""
    if producer.function != axis.function or len(axis.chain) <= producer.depth:
        return None
    candidate = axis.chain[producer.depth]
    return candidate if candidate.op.block == producer.op.block else None


def _trips(loop: Loop) -> str:
    if loop.trip_count is None:
        return "no constant trip count"
    return f"trip count {loop.trip_count}, step {loop.step}"


def _offset(
    loop: Loop,
    partner: Loop,
    partners: Mapping[Variable, Loop],
    offsets: Mapping[Variable, int],
) -> int | None:
    """What to add to the variable of ``partner`` to get that of ``loop``; None: they differ."""
    if loop.step != partner.step:
        return None
    if loop.trip_count is not None and loop.trip_count == partner.trip_count:
        lows = (max(form.constant for form in one.lower or ()) for one in (loop, partner))
        return next(lows) - next(lows)
    if any(offsets.values()):
        return None
    for mine, other in ((loop.lower, partner.lower), (loop.upper, partner.upper)):
        renamed = [_rename(form, partners) for form in mine or ()]
        if any(form is None for form in renamed) or set(renamed) != set(other or ()):
            return None
    return 0


def _offset_ahead(loop: Loop, partner: Loop, lead: int) -> int | None:
    """As ``_offset``, for constant trip counts, ``loop`` being ``lead`` iterations ahead."""
    if loop.step != partner.step or not loop.trip_count or not partner.trip_count:
        return None
    lows = [max(form.constant for form in one.lower or ()) for one in (loop, partner)]
    return lows[0] + lead * (loop.step or 1) - lows[1]


def _rename(form: LinearForm, partners: Mapping[Variable, Loop]) -> LinearForm | None:
    if form.roundings:
        return None if any(v in partners for v in form.variables()) else form
    return LinearForm(
        tuple((partners.get(variable, variable), factor) for variable, factor in form.terms),
        form.constant,
    )


def _concerned(program: Program, producer: Loop, consumer: Loop) -> tuple[Access, ...]:
    owner = producer.parent or program.functions[producer.function]
    between = [
        access
        for access in owner.accesses
        if producer.position < access.position < consumer.position
    ]
    for loop in owner.loops:
        if producer.position <= loop.position <= consumer.position:
            between += loop.all_accesses()
    return tuple(between)


def fuse_nests(fusion: Fusion) -> Outcome:
    """Move the first nest's innermost body to the start of the second's; its loops go."""
    home, root = fusion.second[-1], fusion.second[0].chain[0]
    forwarding = {
        loop.key: (partner.key,) for loop, partner in zip(fusion.first, fusion.second, strict=True)
    }
    if fusion.first[0].parent is None:
        taken = {loop.name for loop in root.subtree()}
        for loop in fusion.first[-1].subtree():
            if loop in fusion.first:
                continue
            name = fresh_name(loop.name, taken)
            taken.add(name)
            rename_loop(loop.op, name)
            forwarding[loop.key] = (f"{root.function}:{root.band}.{name}",)
    _hand_down_names(fusion)
    for loop, partner in zip(fusion.first, fusion.second, strict=True):
        if not loop.reduction:
            attrs.clear(partner.op, attrs.REDUCTION)
    body = [op.operation for op in fusion.first[-1].op.regions[0].blocks[0].operations][:-1]
    start = home.op.regions[0].blocks[0].operations[0].operation
    for op in body:
        op.move_before(start)
    for loop, partner, offset in zip(fusion.first, fusion.second, fusion.offsets, strict=True):
        _replace_variable(loop, partner, offset, home)
    fusion.first[0].op.erase()
    return Outcome(forwarding, loops=(home.key,))


def _hand_down_names(fusion: Fusion) -> None:
    """A statement's name stays with the outermost of its loops that is left."""
    names = [loop.op_name for loop in fusion.first if loop.op_name is not None]
    left = fusion.first[-1].loops
    if names and left and left[0].op_name is None:
        attrs.set_text(left[0].op, attrs.OP_NAME, names[-1])


def _replace_variable(loop: Loop, partner: Loop, offset: int, home: Loop) -> None:
    old, new = (rewrite.induction_variable(one.op) for one in (loop, partner))
    if offset == 0:
        old.replace_all_uses_with(new)
        return
    rewrite.replace_with_affine(
        old, [new], lambda dims: dims[0] + offset, loop.op.location, rewrite.body_start(home.op)
    )

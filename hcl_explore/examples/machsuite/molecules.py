"""MachSuite: Lennard-Jones forces between 256 atoms."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import complete, cyclic, pipeline, unroll
from hcl_explore.lang import float64, int32


def md_knn(position: float64[256, 3], neighbours: int32[256, 16]) -> float64[256, 3]:
    force: float64[256, 3]
    for i in hcl.grid(256, name="atoms"):
        fx: float64 = 0.0
        fy: float64 = 0.0
        fz: float64 = 0.0
        for n in hcl.reduction(16):
            dx: float64 = position[i, 0] - position[neighbours[i, n], 0]
            dy: float64 = position[i, 1] - position[neighbours[i, n], 1]
            dz: float64 = position[i, 2] - position[neighbours[i, n], 2]
            r2: float64 = 1.0 / (dx * dx + dy * dy + dz * dz)
            r6: float64 = r2 * r2 * r2
            strength: float64 = r2 * r6 * (1.5 * r6 - 2.0)
            fx += strength * dx
            fy += strength * dy
            fz += strength * dz
        force[i, 0] = fx
        force[i, 1] = fy
        force[i, 2] = fz
    return force


def md_grid(count: int32[4, 4, 4], position: float64[4, 4, 4, 10, 3]) -> float64[4, 4, 4, 10, 3]:
    # Atoms are kept by cells, up to ten in each; only neighbouring cells act on each other.
    force: float64[4, 4, 4, 10, 3] = 0.0
    for x, y, z in hcl.grid(4, 4, 4, name="cells"):
        for u in range(max(0, x - 1), min(4, x + 2)):
            for v in range(max(0, y - 1), min(4, y + 2)):
                for w in range(max(0, z - 1), min(4, z + 2)):
                    for p in range(count[x, y, z]):
                        for q in range(count[u, v, w]):
                            if u != x or v != y or w != z or p != q:
                                dx: float64 = position[x, y, z, p, 0] - position[u, v, w, q, 0]
                                dy: float64 = position[x, y, z, p, 1] - position[u, v, w, q, 1]
                                dz: float64 = position[x, y, z, p, 2] - position[u, v, w, q, 2]
                                r2: float64 = 1.0 / (dx * dx + dy * dy + dz * dz)
                                r6: float64 = r2 * r2 * r2
                                strength: float64 = r2 * r6 * (1.5 * r6 - 2.0)
                                force[x, y, z, p, 0] += strength * dx
                                force[x, y, z, p, 1] += strength * dy
                                force[x, y, z, p, 2] += strength * dz
    return force


def _pull(differences: Array) -> Array:
    """The force for each difference of positions (last dimension), 0 where it is 0."""
    squares = (differences**2).sum(axis=-1, keepdims=True)
    inverse = np.divide(1.0, squares, out=np.zeros_like(squares), where=squares > 0)
    return (1.5 * inverse**7 - 2.0 * inverse**4) * differences


def _md_knn(position: Array, neighbours: Array) -> Array:
    return _pull(position[:, None] - position[neighbours]).sum(axis=1)


def _md_grid(count: Array, position: Array) -> Array:
    used = np.arange(10) < count[..., None]
    atoms, cells = position[used], np.argwhere(used)[:, :3]
    near = (abs(cells[:, None] - cells[None]) <= 1).all(axis=-1, keepdims=True)
    force = np.zeros_like(position)
    force[used] = (near * _pull(atoms[:, None] - atoms[None])).sum(axis=1)
    return force


def _atoms(rng: np.random.Generator) -> Array:
    """256 atoms in a cube of edge 20, no two of them close to each other."""
    places = np.argwhere(np.ones((7, 7, 7)))[rng.permutation(343)[:256]]
    return (places + 0.5) * (20 / 7) + rng.uniform(-0.5, 0.5, (256, 3))


def _nearest(rng: np.random.Generator) -> tuple[Array, Array]:
    position = _atoms(rng)
    distances = ((position[:, None] - position[None]) ** 2).sum(axis=-1)
    return position, np.argsort(distances, axis=1)[:, 1:17].astype(np.int32)


def _cells(rng: np.random.Generator) -> tuple[Array, Array]:
    count = np.zeros((4, 4, 4), np.int32)
    position = np.zeros((4, 4, 4, 10, 3))
    for atom in _atoms(rng):
        x, y, z = (atom // 5).astype(int)
        position[x, y, z, count[x, y, z]] = atom
        count[x, y, z] += 1
    return count, position


EXAMPLES = (
    machsuite(
        md_knn,
        "forces on 256 atoms from the 16 nearest of each",
        _nearest,
        _md_knn,
        relative_tolerance=1e-12,
        schedule=(
            complete("position"),
            complete("neighbours", 2),
            complete("force", 2),
            pipeline("i"),
        ),
        remark=(
            "An atom in every cycle. The positions are read at random, so only registers have "
            "ports enough."
        ),
    ),
    machsuite(
        md_grid,
        "forces on 256 atoms from those in neighbouring cells",
        _cells,
        _md_grid,
        relative_tolerance=1e-12,
        schedule=(unroll("p", 4), *cyclic(4, 4, "force")),
        remark="Four atoms of a cell at a time.",
    ),
)

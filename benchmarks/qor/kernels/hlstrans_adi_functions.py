"""PolyBench adi, each sweep a function. After HLStrans
data/argumentation_example/polybench/adi generate."""


def column_sweep(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for i in range(1, 59, name="columns"):
        v[0, i] = 1.0
        p[i, 0] = 0.0
        q[i, 0] = 1.0
        for j in range(1, 59, name="forward"):
            p[i, j] = 45.0 / (-45.0 * p[i, j - 1] + 91.0)
            q[i, j] = (
                22.5 * u[j, i - 1] + -44.0 * u[j, i] - -22.5 * u[j, i + 1] - -45.0 * q[i, j - 1]
            ) / (-45.0 * p[i, j - 1] + 91.0)
        v[59, i] = 1.0
        for j in range(58, name="backward"):
            v[58 - j, i] = p[i, 58 - j] * v[59 - j, i] + q[i, 58 - j]


def row_sweep(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for i in range(1, 59, name="rows"):
        u[i, 0] = 1.0
        p[i, 0] = 0.0
        q[i, 0] = 1.0
        for j in range(1, 59, name="forward2"):
            p[i, j] = 22.5 / (-22.5 * p[i, j - 1] + 46.0)
            q[i, j] = (
                45.0 * v[i - 1, j] + -89.0 * v[i, j] - -45.0 * v[i + 1, j] - -22.5 * q[i, j - 1]
            ) / (-22.5 * p[i, j - 1] + 46.0)
        u[i, 59] = 1.0
        for j in range(58, name="backward2"):
            u[i, 58 - j] = p[i, 58 - j] * u[i, 59 - j] + q[i, 58 - j]


def adi(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for t in range(40, name="steps"):
        column_sweep(u, v, p, q)
        row_sweep(u, v, p, q)


POINTS = ["adi-hlstrans-aug-true-generate-??????"]
LOOPS = {
    "VITIS_LOOP_91_1": "steps.t",
    "COL_I": "column_sweep:columns.i",
    "ROW_I": "row_sweep:rows.i",
    "14": "column_sweep:columns.i",
    "15": "column_sweep:columns.i",
    "22": "column_sweep:forward.j",
    "31": "column_sweep:backward.j",
    "48": "row_sweep:rows.i",
    "49": "row_sweep:rows.i",
    "56": "row_sweep:forward2.j",
    "65": "row_sweep:backward2.j",
    "92": "adi:steps.t",
}

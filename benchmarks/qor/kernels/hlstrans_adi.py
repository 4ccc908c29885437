"""PolyBench adi, both sweeps. After HLStrans
data/argumentation_example/polybench/adi generate_2 and generate_3 (which reads u down and v along
its sweeps)."""


def adi(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for t in range(40, name="steps"):
        for i in range(1, 59, name="columns"):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59, name="forward"):
                p[i, j] = 45.0 / (-45.0 * p[i, j - 1] + 91.0)
                q[i, j] = (
                    22.5 * u[j - B, i - 1 + B]
                    + -44.0 * u[j, i]
                    - -22.5 * u[j + B, i + 1 - B]
                    - -45.0 * q[i, j - 1]
                ) / (-45.0 * p[i, j - 1] + 91.0)
            v[59, i] = 1.0
            for j in range(58, name="backward"):
                v[58 - j, i] = p[i, 58 - j] * v[59 - j, i] + q[i, 58 - j]
        for i in range(1, 59, name="rows"):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59, name="forward2"):
                p[i, j] = 22.5 / (-22.5 * p[i, j - 1] + 46.0)
                q[i, j] = (
                    45.0 * v[i - 1 + B, j - B]
                    + -89.0 * v[i, j]
                    - -45.0 * v[i + 1 - B, j + B]
                    - -22.5 * q[i, j - 1]
                ) / (-22.5 * p[i, j - 1] + 46.0)
            u[i, 59] = 1.0
            for j in range(58, name="backward2"):
                u[i, 58 - j] = p[i, 58 - j] * u[i, 59 - j] + q[i, 58 - j]


POINTS = ["adi-hlstrans-aug-true-generate-2-*", "adi-hlstrans-aug-true-generate-3-*"]
LOOPS = {
    "TIMESTEP_LOOP": "steps.t",
    "COL_SWEEP": "columns.i",
    "ROW_SWEEP": "rows.i",
    "VITIS_LOOP_19_1": "steps.t",
    "VITIS_LOOP_21_2": "columns.i",
    "VITIS_LOOP_36_5": "rows.i",
    "28": "columns.i",
    "35": "forward.j",
    "44": "backward.j",
    "45": "backward.j",
    "52": "rows.i",
    "59": "forward2.j",
    "68": "backward2.j",
    "69": "backward2.j",
}
PARAMETERS = {
    "adi-hlstrans-aug-true-generate-2-*": {"B": 0},
    "adi-hlstrans-aug-true-generate-3-*": {"B": 1},
}

"""PolyBench adi with one division a step of the sweeps. After HLStrans
data/argumentation_example/polybench/adi generate_9 and generate_10."""


def adi(u: float64[60, 60], v: float64[60, 60], p: float64[60, 60], q: float64[60, 60]):
    for t in range(40, name="steps"):
        for i in range(1, 59, name="columns"):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59, name="forward"):
                inverse: float64 = 1.0 / (p[i, j - 1] + 2.0)
                p[i, j] = -inverse
                q[i, j] = (
                    -2.0 * u[j, i - 1] + 3.0 * u[j, i] + -2.0 * u[j, i + 1] - q[i, j - 1]
                ) * inverse
            v[59, i] = 1.0
            for j in range(58, name="backward"):
                v[58 - j, i] = p[i, 58 - j] * v[59 - j, i] + q[i, 58 - j]
        for i in range(1, 59, name="rows"):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59, name="forward2"):
                inverse: float64 = 1.0 / (2.0 * p[i, j - 1] + 1.0)
                p[i, j] = -2.0 * inverse
                q[i, j] = (
                    -v[i - 1, j] + 3.0 * v[i, j] + -v[i + 1, j] - 2.0 * q[i, j - 1]
                ) * inverse
            u[i, 59] = 1.0
            for j in range(58, name="backward2"):
                u[i, 58 - j] = p[i, 58 - j] * u[i, 59 - j] + q[i, 58 - j]


POINTS = ["adi-hlstrans-aug-true-generate-9-*", "adi-hlstrans-aug-true-generate-10-*"]
LOOPS = {"TIME_STEPS": "steps.t", "COL_TILING": "columns.i", "ROW_TILING": "rows.i"}
PLACES = {
    "adi-hlstrans-aug-true-generate-9-*": {
        "6": "columns.i",
        "7": "columns.i",
        "13": "forward.j",
        "22": "backward.j",
        "32": "rows.i",
        "33": "rows.i",
        "39": "forward2.j",
        "48": "backward2.j",
    },
    "adi-hlstrans-aug-true-generate-10-*": {
        "6": "forward.j",
        "17": "backward.j",
        "26": "columns.i",
        "27": "columns.i",
        "42": "forward2.j",
        "53": "backward2.j",
        "62": "rows.i",
        "63": "rows.i",
    },
}

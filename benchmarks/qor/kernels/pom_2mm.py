"""PolyBench 2mm as POM unrolls it by 2 x 2 x 2, the sums' loops outside; its source is not stored,
the structure is read from loops, trip counts (105 steps of the second sum) and directives."""


def test_2mm(
    alpha: float32,
    beta: float32,
    tmp: float32[180, 210],
    A: float32[180, 210],
    B: float32[210, 190],
    C: float32[210, 220],
    D: float32[180, 220],
):
    for i0, j0 in hcl.grid(90, 95, name="clear"):
        for i in range(2):
            for j in range(2):
                tmp[2 * i0 + i, 2 * j0 + j] = 0.0
    for k0, i0, j0 in hcl.grid(105, 90, 95, name="first"):
        for i in range(2):
            for j in range(2):
                for k in range(2):
                    tmp[2 * i0 + i, 2 * j0 + j] += (
                        alpha * A[2 * i0 + i, 2 * k0 + k] * B[2 * k0 + k, 2 * j0 + j]
                    )
    for i, j in hcl.grid(180, 220, name="scale"):
        D[i, j] = beta * D[i, j]
    for k0, i0, j0 in hcl.grid(105, 90, 110, name="second"):
        for i in range(2):
            for j in range(2):
                for k in range(2):
                    D[2 * i0 + i, 2 * j0 + j] += (
                        tmp[2 * i0 + i, 2 * k0 + k] * C[2 * k0 + k, 2 * j0 + j]
                    )


POINTS = ["2mm-pom-*"]
LOOPS = {
    "VITIS_LOOP_63_1_VITIS_LOOP_64_2": "clear.j0",
    "VITIS_LOOP_72_3_VITIS_LOOP_73_4_VITIS_LOOP_74_5": "first.j0",
    "VITIS_LOOP_123_6_VITIS_LOOP_124_7": "scale.j",
    "VITIS_LOOP_131_8_VITIS_LOOP_132_9_VITIS_LOOP_133_10": "second.j0",
    "65": "clear.j0",
    "75": "first.j0",
    "125": "scale.j",
    "134": "second.j0",
}
ARRAYS = {"v3": "tmp", "v4": "A", "v5": "B", "v6": "C", "v7": "D"}

"""PolyBench gemm as POM unrolls it by 2 x 2 x 2, the sum's loop outside; its source is not stored,
the structure is read from loops, trip counts and directives."""


def test_gemm(
    alpha: float32, beta: float32, C: float32[200, 220], A: float32[200, 240], B: float32[240, 220]
):
    for i0, j0 in hcl.grid(100, 110, name="scale"):
        for i in range(2):
            for j in range(2):
                C[2 * i0 + i, 2 * j0 + j] = beta * C[2 * i0 + i, 2 * j0 + j]
    for k0, i0, j0 in hcl.grid(120, 100, 110, name="product"):
        for i in range(2):
            for j in range(2):
                for k in range(2):
                    C[2 * i0 + i, 2 * j0 + j] += (
                        alpha * A[2 * i0 + i, 2 * k0 + k] * B[2 * k0 + k, 2 * j0 + j]
                    )


POINTS = ["gemm-pom-*"]
LOOPS = {
    "VITIS_LOOP_49_1_VITIS_LOOP_50_2": "scale.j0",
    "VITIS_LOOP_66_3_VITIS_LOOP_67_4_VITIS_LOOP_68_5": "product.j0",
    "51": "scale.j0",
    "69": "product.j0",
}
ARRAYS = {"v2": "C", "v3": "A", "v4": "B"}

"""MachSuite stencil/stencil3d. After HLStrans program_source/machsuite/stencil3d."""


def stencil3d(C: int32[2], orig: int32[16384], sol: int32[16384]):
    for j, k in hcl.grid(32, 16, name="height_bound"):
        sol[k + 16 * j] = orig[k + 16 * j]
        sol[k + 16 * j + 15872] = orig[k + 16 * j + 15872]
    for i in range(1, 31, name="col_bound"):
        for k in range(16):
            sol[k + 512 * i] = orig[k + 512 * i]
            sol[k + 512 * i + 496] = orig[k + 512 * i + 496]
    for i in range(1, 31, name="row_bound"):
        for j in range(1, 31):
            sol[16 * j + 512 * i] = orig[16 * j + 512 * i]
            sol[16 * j + 512 * i + 15] = orig[16 * j + 512 * i + 15]
    for i in range(1, 31, name="main"):
        for j in range(1, 31):
            for k in range(1, 15):
                sum0: int32 = orig[k + 16 * j + 512 * i]
                sum1: int32 = (
                    orig[k + 16 * j + 512 * i + 512]
                    + orig[k + 16 * j + 512 * i - 512]
                    + orig[k + 16 * j + 512 * i + 16]
                    + orig[k + 16 * j + 512 * i - 16]
                    + orig[k + 16 * j + 512 * i + 1]
                    + orig[k + 16 * j + 512 * i - 1]
                )
                mul0: int32 = sum0 * C[0]
                mul1: int32 = sum1 * C[1]
                sol[k + 16 * j + 512 * i] = mul0 + mul1


POINTS = ["stencil-3d-hlstrans-machsuite-plain-*"]
LOOPS = {
    "height_bound_col_height_bound_row": "height_bound.k",
    "col_bound_height_col_bound_row": "col_bound.k",
    "row_bound_height_row_bound_col": "row_bound.j",
    "loop_height_loop_col_loop_row": "main.k",
}

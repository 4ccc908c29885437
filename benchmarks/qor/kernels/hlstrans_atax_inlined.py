"""PolyBench atax in two inlined functions, integers; its source is not stored, the structure is
read from the loops and directives of the report. HLStrans
data/argumentation_example/polybench/atax generate_6."""


def atax(A: int32[32, 32], x: int32[32], y_out: int32[32]):
    temp: int32[32] = 0
    for i in range(32, name="first"):
        for j in range(32):
            temp[i] = int32(temp[i] + A[i, j] * x[j])
    for j in range(32, name="second"):
        y_out[j] = 0
        for i in range(32):
            y_out[j] = int32(y_out[j] + A[i, j] * temp[i])


POINTS = ["atax-hlstrans-aug-true-generate-6-*"]
LOOPS = {
    "Loop 1": "init_temp.temp_d0",
    "VITIS_LOOP_5_1": "first.i",
    "VITIS_LOOP_16_1": "second.j",
    "6": "first.i",
    "17": "second.j",
}
PARAMETERS = {"*": {"TILE_SIZE": 8}}

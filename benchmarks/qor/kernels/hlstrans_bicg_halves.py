"""PolyBench bicg in two functions, unrolled by 2, sums in arrays. After HLStrans
data/argumentation_example/polybench/bicg bicg_9."""


def bicg(
    A: float32[128, 128],
    p: float32[128],
    r: float32[128],
    s_out: float32[128],
    q_out: float32[128],
):
    temp_q: float32[128]
    temp_s: float32[128]
    for i in range(128, name="first"):
        temp_q[i] = 0.0
        for j in range(128):
            temp_q[i] += A[i, j] * r[j]
    for j in range(128, name="second"):
        temp_s[j] = 0.0
        for i in range(128):
            temp_s[j] += A[i, j] * p[i]
    for i in range(128, name="store"):
        q_out[i] = temp_q[i]
        s_out[i] = temp_s[i]


POINTS = ["bicg-hlstrans-aug-true-bicg-9-*"]
LOOPS = {
    "VITIS_LOOP_46_1": "store.i",
    "VITIS_LOOP_4_1": "first.i",
    "VITIS_LOOP_7_2": "first.j",
    "VITIS_LOOP_15_1": "second.j",
    "VITIS_LOOP_18_2": "second.i",
    "5": "first.i",
    "8": "first.j",
    "16": "second.j",
    "19": "second.i",
    "47": "store.i",
}

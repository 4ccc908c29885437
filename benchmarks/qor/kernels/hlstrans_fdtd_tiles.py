"""PolyBench fdtd-2d in tiles of 16 columns. After HLStrans
data/argumentation_example/polybench/fdtd_2d generate_2."""


def fdtd_2d(ex: float64[60, 80], ey: float64[60, 80], hz: float64[60, 80], fict: float64[40]):
    for t in range(40, name="steps"):
        for tj in range(5, name="edge"):
            for jj in range(16):
                ey[0, 16 * tj + jj] = fict[t]
        for i in range(1, 60, name="ey"):
            for tj in range(5):
                for jj in range(16):
                    ey[i, 16 * tj + jj] -= 0.5 * (hz[i, 16 * tj + jj] - hz[i - 1, 16 * tj + jj])
        for i in range(60, name="ex"):
            for tj in range(5):
                for jj in range(16):
                    if 16 * tj + jj >= 1:
                        ex[i, 16 * tj + jj] -= 0.5 * (hz[i, 16 * tj + jj] - hz[i, 16 * tj + jj - 1])
        for i in range(59, name="hz"):
            for tj in range(5):
                for jj in range(16):
                    if 16 * tj + jj < 79:
                        hz[i, 16 * tj + jj] -= 0.7 * (
                            ex[i, 16 * tj + jj + 1]
                            - ex[i, 16 * tj + jj]
                            + ey[i + 1, 16 * tj + jj]
                            - ey[i, 16 * tj + jj]
                        )


POINTS = ["fdtd-2d-hlstrans-aug-true-generate-2-*"]
LOOPS = {
    "VITIS_LOOP_21_1": "steps.t",
    "VITIS_LOOP_25_2": "edge.tj",
    "VITIS_LOOP_47_7_VITIS_LOOP_48_8": "ex.tj",
    "VITIS_LOOP_59_10_VITIS_LOOP_60_11": "hz.tj",
    "VITIS_LOOP_35_4": "ey.i",
    "VITIS_LOOP_36_5": "ey.tj",
    "27": "edge.tj",
    "38": "ey.tj",
    "50": "ex.tj",
    "62": "hz.tj",
    "26": None,
    "37": None,
    "49": None,
    "61": None,
}
ARRAYS = {"_fict_": "fict"}
PARAMETERS = {"*": {"TILE_J": 16}}

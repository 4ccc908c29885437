"""PolyBench fdtd-2d. After HLStrans data/argumentation_example/polybench/fdtd_2d generate and
generate_1."""


def fdtd_2d(ex: float64[60, 80], ey: float64[60, 80], hz: float64[60, 80], fict: float64[40]):
    for t in range(40, name="steps"):
        for j in range(80, name="edge"):
            ey[0, j] = fict[t]
        for i in range(1, 60, name="ey"):
            for j in range(80):
                ey[i, j] = ey[i, j] - 0.5 * (hz[i, j] - hz[i - 1, j])
        for i in range(60, name="ex"):
            for j in range(1, 80):
                ex[i, j] = ex[i, j] - 0.5 * (hz[i, j] - hz[i, j - 1])
        for i in range(59, name="hz"):
            for j in range(79):
                hz[i, j] = hz[i, j] - 0.7 * (ex[i, j + 1] - ex[i, j] + ey[i + 1, j] - ey[i, j])


POINTS = ["fdtd-2d-hlstrans-aug-true-generate-1-*", "fdtd-2d-hlstrans-aug-true-generate-??????"]
LOOPS = {
    "VITIS_LOOP_8_1": "steps.t",
    "VITIS_LOOP_11_2": "edge.j",
    "VITIS_LOOP_16_3_VITIS_LOOP_17_4": "ey.j",
    "VITIS_LOOP_23_5_VITIS_LOOP_24_6": "ex.j",
    "VITIS_LOOP_30_7_VITIS_LOOP_31_8": "hz.j",
    "VITIS_LOOP_6_1": "steps.t",
    "VITIS_LOOP_8_2": "edge.j",
    "VITIS_LOOP_14_3": "ey.i",
    "VITIS_LOOP_23_5": "ex.i",
    "VITIS_LOOP_32_7": "hz.i",
}
PLACES = {
    "fdtd-2d-hlstrans-aug-true-generate-1-*": {
        "9": "steps.t",
        "12": "edge.j",
        "18": "ey.j",
        "25": "ex.j",
        "32": "hz.j",
    },
    "fdtd-2d-hlstrans-aug-true-generate-??????": {
        "9": "edge.j",
        "15": "ey.i",
        "17": "ey.j",
        "24": "ex.i",
        "26": "ex.j",
        "33": "hz.i",
        "35": "hz.j",
    },
}

"""PolyBench fdtd-2d on local copies in two halves in turn. After HLStrans
data/argumentation_example/polybench/fdtd_2d generate_5."""


def initialize_buffers(
    ey: float64[60, 80],
    ex: float64[60, 80],
    hz: float64[60, 80],
    ey_buf: float64[2, 60, 80],
    ex_buf: float64[2, 60, 80],
    hz_buf: float64[2, 60, 80],
):
    for i in range(60, name="load"):
        for j in range(80):
            ey_buf[0, i, j] = ey[i, j]
            ex_buf[0, i, j] = ex[i, j]
            hz_buf[0, i, j] = hz[i, j]
            ey_buf[1, i, j] = ey[i, j]
            ex_buf[1, i, j] = ex[i, j]
            hz_buf[1, i, j] = hz[i, j]


def process_ey(
    t: index,
    fict: float64[40],
    ey_buf: float64[2, 60, 80],
    hz_buf: float64[2, 60, 80],
    here: int32,
    there: int32,
):
    for j in range(80, name="edge"):
        ey_buf[there, 0, j] = fict[t]
    for i in range(1, 60, name="ey"):
        for j in range(80):
            ey_buf[there, i, j] = ey_buf[here, i, j] - 0.5 * (
                hz_buf[here, i, j] - hz_buf[here, i - 1, j]
            )


def process_ex(ex_buf: float64[2, 60, 80], hz_buf: float64[2, 60, 80], here: int32, there: int32):
    for i in range(60, name="ex"):
        for j in range(1, 80):
            ex_buf[there, i, j] = ex_buf[here, i, j] - 0.5 * (
                hz_buf[here, i, j] - hz_buf[here, i, j - 1]
            )


def process_hz(
    ex_buf: float64[2, 60, 80],
    ey_buf: float64[2, 60, 80],
    hz_buf: float64[2, 60, 80],
    here: int32,
    there: int32,
):
    for i in range(59, name="hz"):
        for j in range(79):
            hz_buf[there, i, j] = hz_buf[here, i, j] - 0.7 * (
                ex_buf[there, i, j + 1]
                - ex_buf[there, i, j]
                + ey_buf[there, i + 1, j]
                - ey_buf[there, i, j]
            )


def write_back(
    ex: float64[60, 80],
    ey: float64[60, 80],
    hz: float64[60, 80],
    ex_buf: float64[2, 60, 80],
    ey_buf: float64[2, 60, 80],
    hz_buf: float64[2, 60, 80],
    last: int32,
):
    for i in range(60, name="store"):
        for j in range(80):
            ex[i, j] = ex_buf[last, i, j]
            ey[i, j] = ey_buf[last, i, j]
            hz[i, j] = hz_buf[last, i, j]


def fdtd_2d(ex: float64[60, 80], ey: float64[60, 80], hz: float64[60, 80], fict: float64[40]):
    ey_buf: float64[2, 60, 80]
    ex_buf: float64[2, 60, 80]
    hz_buf: float64[2, 60, 80]
    half: int32 = 0
    initialize_buffers(ey, ex, hz, ey_buf, ex_buf, hz_buf)
    for t in range(40, name="steps"):
        there: int32 = int32(1 - half)
        process_ey(t, fict, ey_buf, hz_buf, half, there)
        process_ex(ex_buf, hz_buf, half, there)
        process_hz(ex_buf, ey_buf, hz_buf, half, there)
        half = there
    write_back(ex, ey, hz, ex_buf, ey_buf, hz_buf, half)


POINTS = ["fdtd-2d-hlstrans-aug-true-generate-5-*"]
LOOPS = {
    "VITIS_LOOP_5_1": "initialize_buffers:load.i",
    "VITIS_LOOP_7_2": "initialize_buffers:load.j",
    "VITIS_LOOP_65_1": "write_back:store.i",
    "VITIS_LOOP_67_2": "write_back:store.j",
    "VITIS_LOOP_93_1": "steps.t",
    "VITIS_LOOP_22_1": "process_ey:edge.j",
    "VITIS_LOOP_28_2": "process_ey:ey.i",
    "VITIS_LOOP_39_1": "process_ex:ex.i",
    "VITIS_LOOP_50_1": "process_hz:hz.i",
    "8": "initialize_buffers:load.j",
    "9": "initialize_buffers:load.j",
    "23": "process_ey:edge.j",
    "24": "process_ey:edge.j",
    "29": "process_ey:ey.i",
    "31": "process_ey:ey.j",
    "40": "process_ex:ex.i",
    "42": "process_ex:ex.j",
    "51": "process_hz:hz.i",
    "53": "process_hz:hz.j",
    "68": "write_back:store.j",
    "69": "write_back:store.j",
}
ARRAYS = {"_fict_": "fict"}

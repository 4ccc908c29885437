"""DFT of 1024 real points in three stages a sample. After wh-xu project3 (dataflow in a loop)."""


def sum_up(
    mul_real: float32[1024],
    mul_imag: float32[1024],
    out_real: float32[1024],
    out_img: float32[1024],
    i: index,
):
    temp_real: float32 = 0.0
    temp_imag: float32 = 0.0
    for j in range(1024):
        temp_real += mul_real[j]
        temp_imag += mul_imag[j]
    out_real[i] = temp_real
    out_img[i] = temp_imag


def dft(real_sample: float32[1024], out_real: float32[1024], out_img: float32[1024]):
    for i in range(1024):
        coef_cos: float32[1024]
        coef_sin: float32[1024]
        mul_real: float32[1024]
        mul_imag: float32[1024]
        for j in range(1024, name="stage_a"):
            k: index = (i * j) % 1024
            coef_cos[j] = COS[k]
            coef_sin[j] = SIN[k]
        for j in range(1024, name="stage_b"):
            mul_real[j] = real_sample[j] * coef_cos[j]
            mul_imag[j] = real_sample[j] * coef_sin[j]
        sum_up(mul_real, mul_imag, out_real, out_img, i)


POINTS = ["dft-whxu-dft-1024-best-*"]
LOOPS = {
    "Loop 1": "i",
    "dft.cpp:9": "i",
    "dft.cpp:26": "j",
    "dft.cpp:27": "j",
    "dft.cpp:38": "j_1",
    "dft.cpp:39": "j_1",
    "dft.cpp:47": "sum_up:j",
    "dft.cpp:48": "sum_up:j",
}
CONSTANTS = {"COS": ["cosine", 1024], "SIN": ["sine", 1024]}

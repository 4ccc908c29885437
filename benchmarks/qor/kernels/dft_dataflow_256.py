"""DFT of 256 real points in three stages a sample. After wh-xu project3 (dataflow in a loop)."""


def sum_up(
    mul_real: float32[256],
    mul_imag: float32[256],
    out_real: float32[256],
    out_img: float32[256],
    i: index,
):
    temp_real: float32 = 0.0
    temp_imag: float32 = 0.0
    for j in range(256):
        temp_real += mul_real[j]
        temp_imag += mul_imag[j]
    out_real[i] = temp_real
    out_img[i] = temp_imag


def dft(real_sample: float32[256], out_real: float32[256], out_img: float32[256]):
    for i in range(256):
        coef_cos: float32[256]
        coef_sin: float32[256]
        mul_real: float32[256]
        mul_imag: float32[256]
        for j in range(256, name="stage_a"):
            k: index = (i * j) % 256
            coef_cos[j] = COS[k]
            coef_sin[j] = SIN[k]
        for j in range(256, name="stage_b"):
            mul_real[j] = real_sample[j] * coef_cos[j]
            mul_imag[j] = real_sample[j] * coef_sin[j]
        sum_up(mul_real, mul_imag, out_real, out_img, i)


POINTS = ["dft-whxu-dft-256-dataflow-*"]
LOOPS = {"Loop 1": "i", "dft.cpp:9": "i"}
CONSTANTS = {"COS": ["cosine", 256], "SIN": ["sine", 256]}

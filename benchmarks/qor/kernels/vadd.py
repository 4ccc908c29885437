"""The vector addition of the KRS documentation: three pointers behind one m_axi bundle of the Vitis
kernel flow."""


def vadd(in1: int32[4096], in2: int32[4096], out: int32[4096]):
    for i in range(4096):
        out[i] = int32(in1[i] + in2[i])


POINTS = ["vadd-krs-docs-*"]
LOOPS = {"VITIS_LOOP_30_1": "i"}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=in1 bundle=gmem",
        "#pragma HLS interface m_axi port=in2 bundle=gmem",
        "#pragma HLS interface m_axi port=out bundle=gmem",
    ]
}

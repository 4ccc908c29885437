"""Sum over windows of three. After Vitis-HLS-Introductory-Examples mem_bottleneck_resolved."""


def array_mem_perform(mem: int8[128]) -> int32:
    total: int32 = 0
    tmp0: int8 = mem[0]
    tmp1: int8 = mem[1]
    for i in range(2, 128):
        tmp2: int8 = mem[i]
        total += tmp2 + tmp1 + tmp0
        tmp0 = tmp1
        tmp1 = tmp2
    return total


POINTS = ["sum3-window-xilinx-memory-bottleneck-resolved-*"]
LOOPS = {"SUM_LOOP": "i"}
DIRECTIVES = {
    "sum3-window-xilinx-memory-bottleneck-resolved-*": ["SUM_LOOP: #pragma HLS pipeline II=1"]
}

// stages: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <hls_math.h>

extern "C" void stages(const float A[64], float C[64]) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=64
#pragma HLS INTERFACE mode=m_axi port=C offset=slave bundle=gmem1 depth=64
#pragma HLS INTERFACE mode=s_axilite port=return
#pragma HLS DATAFLOW
  float B[64];
#pragma HLS BIND_STORAGE variable=B type=ram_2p impl=uram
  S_i_0_i: for (int i = 0; i < 64; ++i) {  // <kernel>:4
    B[i] = A[i] * 2.0f;
  }
  S_i_1_i: for (int i = 0; i < 64; ++i) {  // <kernel>:7
    // parallel: the iterations do not depend on each other
    C[i] = hls::exp(B[i]) + 1.0f;
  }
}

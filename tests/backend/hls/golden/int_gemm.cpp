// gemm: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <ap_int.h>

extern "C" void gemm(const ap_int<8> A[16][16], const ap_int<8> B[16][16], ap_int<32> C[16][16]) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=256
#pragma HLS INTERFACE mode=m_axi port=B offset=slave bundle=gmem1 depth=256
#pragma HLS INTERFACE mode=m_axi port=C offset=slave bundle=gmem2 depth=256
#pragma HLS INTERFACE mode=s_axilite port=return
  // A is held on chip: 256 bytes in 16 banks, registers or LUTs (partitioned)
  ap_int<8> A_buf[16][16];
#pragma HLS ARRAY_PARTITION variable=A_buf type=complete dim=2
  load_A: for (int d0 = 0; d0 < 16; ++d0) {
    load_A_1: for (int d1 = 0; d1 < 16; ++d1) {
#pragma HLS PIPELINE II=1
      A_buf[d0][d1] = A[d0][d1];
    }
  }
  // B is held on chip: 256 bytes in 256 banks, registers or LUTs (partitioned)
  ap_int<8> B_buf[16][16];
#pragma HLS ARRAY_PARTITION variable=B_buf type=complete dim=0
  load_B: for (int d0 = 0; d0 < 16; ++d0) {
    load_B_1: for (int d1 = 0; d1 < 16; ++d1) {
#pragma HLS PIPELINE II=1
      B_buf[d0][d1] = B[d0][d1];
    }
  }
  i: for (int i = 0; i < 16; ++i) {  // <kernel>:3
    j: for (int j = 0; j < 16; ++j) {  // <kernel>:3
#pragma HLS PIPELINE II=1 rewind
      ap_int<32> total = 0;
      k: for (int k = 0; k < 16; ++k) {  // <kernel>:5
        total += A_buf[i][k] * B_buf[k][j];
      }
      C[i][j] -= total;
    }
  }
}

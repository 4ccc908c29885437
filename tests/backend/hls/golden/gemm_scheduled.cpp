// gemm: HLS C++ (vitis) emitted by hcl_explore from <kernel>

extern "C" void gemm(const float A[32][32], const float B[32][32], float C[32][32]) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=1024
#pragma HLS INTERFACE mode=m_axi port=B offset=slave bundle=gmem1 depth=1024
#pragma HLS INTERFACE mode=m_axi port=C offset=slave bundle=gmem2 depth=1024
#pragma HLS INTERFACE mode=s_axilite port=return
  // A is held on chip: 4096 bytes in 8 banks, 8 BRAM18 (partitioned)
  float A_buf[32][32];
#pragma HLS ARRAY_PARTITION variable=A_buf type=cyclic factor=8 dim=2
  load_A: for (int d0 = 0; d0 < 32; ++d0) {
    load_A_1: for (int d1 = 0; d1 < 32; ++d1) {
#pragma HLS PIPELINE II=1
      A_buf[d0][d1] = A[d0][d1];
    }
  }
  // B is held on chip: 4096 bytes in 8 banks, 8 BRAM18 (partitioned)
  float B_buf[32][32];
#pragma HLS ARRAY_PARTITION variable=B_buf type=block factor=8 dim=1
  load_B: for (int d0 = 0; d0 < 32; ++d0) {
    load_B_1: for (int d1 = 0; d1 < 32; ++d1) {
#pragma HLS PIPELINE II=1
      B_buf[d0][d1] = B[d0][d1];
    }
  }
  C_d0: for (int C_d0 = 0; C_d0 < 32; ++C_d0) {  // <kernel>:3
    C_d1: for (int C_d1 = 0; C_d1 < 32; ++C_d1) {  // <kernel>:3
      C[C_d0][C_d1] = 0.0f;
    }
  }
  k_outer: for (int k_outer = 0; k_outer < 4; ++k_outer) {  // <kernel>:4
    i: for (int i = 0; i < 32; ++i) {  // <kernel>:4
      j: for (int j = 0; j < 32; ++j) {  // <kernel>:4
#pragma HLS PIPELINE II=1
        k_inner: for (int k_inner = 0; k_inner < 8; ++k_inner) {  // <kernel>:4
          C[i][j] += A_buf[i][k_outer * 8 + k_inner] * B_buf[k_outer * 8 + k_inner][j];
        }
      }
    }
  }
}

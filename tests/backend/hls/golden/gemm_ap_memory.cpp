// gemm: HLS C++ (vitis) emitted by hcl_explore from <kernel>

extern "C" void gemm(const float A[32][32], const float B[32][32], float C[32][32]) {
#pragma HLS INTERFACE mode=ap_memory port=A
#pragma HLS INTERFACE mode=ap_memory port=B
#pragma HLS INTERFACE mode=ap_memory port=C
#pragma HLS ARRAY_PARTITION variable=A type=cyclic factor=8 dim=2
#pragma HLS ARRAY_PARTITION variable=B type=block factor=8 dim=1
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
          C[i][j] += A[i][k_outer * 8 + k_inner] * B[k_outer * 8 + k_inner][j];
        }
      }
    }
  }
}

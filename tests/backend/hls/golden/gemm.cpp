// gemm: HLS C++ (vitis) emitted by hcl_explore from <kernel>

extern "C" void gemm(const float A[32][32], const float B[32][32], float C[32][32]) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=1024
#pragma HLS INTERFACE mode=m_axi port=B offset=slave bundle=gmem1 depth=1024
#pragma HLS INTERFACE mode=m_axi port=C offset=slave bundle=gmem2 depth=1024
#pragma HLS INTERFACE mode=s_axilite port=return
  C_d0: for (int C_d0 = 0; C_d0 < 32; ++C_d0) {  // <kernel>:3
    C_d1: for (int C_d1 = 0; C_d1 < 32; ++C_d1) {  // <kernel>:3
      C[C_d0][C_d1] = 0.0f;
    }
  }
  i: for (int i = 0; i < 32; ++i) {  // <kernel>:4
    j: for (int j = 0; j < 32; ++j) {  // <kernel>:4
      k: for (int k = 0; k < 32; ++k) {  // <kernel>:4
        C[i][j] += A[i][k] * B[k][j];
      }
    }
  }
}

// lu: HLS C++ (vitis) emitted by hcl_explore from <kernel>

extern "C" void lu(double A[20][20]) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=400
#pragma HLS INTERFACE mode=s_axilite port=return
  i: for (int i = 0; i < 20; ++i) {  // <kernel>:3
    j: for (int j = 0; j < i; ++j) {  // <kernel>:4
#pragma HLS LOOP_TRIPCOUNT min=0 max=19
      k: for (int k = 0; k < j; ++k) {  // <kernel>:5
#pragma HLS PIPELINE II=1
#pragma HLS LOOP_TRIPCOUNT min=0 max=18
        A[i][j] -= A[i][k] * A[k][j];
      }
      A[i][j] /= A[j][j];
    }
    j_1: for (int j_1 = i; j_1 < 20; ++j_1) {  // <kernel>:8
#pragma HLS LOOP_TRIPCOUNT min=1 max=20
      k_1: for (int k_1 = 0; k_1 < i; ++k_1) {  // <kernel>:9
#pragma HLS LOOP_TRIPCOUNT min=0 max=19
        A[i][j_1] -= A[i][k_1] * A[k_1][j_1];
      }
    }
  }
}

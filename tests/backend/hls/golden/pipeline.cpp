// pipeline: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <algorithm>
#include <ap_int.h>

static void scale(const ap_int<32> A[16], ap_int<8> factor, ap_int<32> B[16]) {
  i: for (int i = 0; i < 16; ++i) {  // <kernel>:4
    B[i] = A[i] * factor;
  }
}

static ap_int<32> clip(ap_int<32> x, ap_int<32> low, ap_int<32> high) {
  return std::min<ap_int<32> >(std::max<ap_int<32> >(x, low), high);
}

static ap_int<32> total(const ap_int<32> A[16]) {
  ap_int<32> s = 0;
  i: for (int i = 0; i < 16; ++i) {  // <kernel>:10
    s += A[i];
  }
  return s;
}

extern "C" void pipeline(const ap_int<32> A[16], ap_int<8> factor, ap_int<32> C[16],
    ap_int<32> &result_1) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=16
#pragma HLS INTERFACE mode=s_axilite port=factor
#pragma HLS INTERFACE mode=m_axi port=C offset=slave bundle=gmem1 depth=16
#pragma HLS INTERFACE mode=s_axilite port=result_1
#pragma HLS INTERFACE mode=s_axilite port=return
  ap_int<32> B[16];
  scale(A, factor, B);
  i: for (int i = 0; i < 16; ++i) {  // <kernel>:20
    C[i] = clip(B[i], -100, 100);
  }
  result_1 = total(C);
}

// smooth: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <ap_int.h>
#include <ap_fixed.h>

static const ap_fixed<8, 2> K[3] = {0.25, 0.5, 0.25};

extern "C" void smooth(ap_fixed<16, 8> A[16], ap_ufixed<70, 4> w, ap_int<32> n, ap_fixed<12,
    8> B[14]) {
#pragma HLS INTERFACE mode=m_axi port=A offset=slave bundle=gmem0 depth=16
#pragma HLS INTERFACE mode=s_axilite port=w
#pragma HLS INTERFACE mode=s_axilite port=n
#pragma HLS INTERFACE mode=m_axi port=B offset=slave bundle=gmem1 depth=14
#pragma HLS INTERFACE mode=s_axilite port=return
  i: for (int i = 0; i < 14; ++i) {  // <kernel>:5
    ap_fixed<24, 10> total = 0;
    k: for (int k = 0; k < 3; ++k) {  // <kernel>:7
      total += K[k] * A[i + k];
    }
    ap_fixed<40, 20> rest = total / 2 - w * n;
    B[i] = total.to_float() > 0.5f ? float(ap_int<40>(rest.range())) * 9.536743e-07f
        : (total < 0 ? ap_fixed<24, 10>(-total) : total).to_float() * 1.5f;
  }
  A[0] = B[0];
}

// histogram: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <ap_int.h>

extern "C" void histogram(const ap_uint<8> samples[100], ap_int<32> limit, ap_int<32> counts[16]) {
#pragma HLS INTERFACE mode=m_axi port=samples offset=slave bundle=gmem0 depth=100
#pragma HLS INTERFACE mode=s_axilite port=limit
#pragma HLS INTERFACE mode=m_axi port=counts offset=slave bundle=gmem1 depth=16
#pragma HLS INTERFACE mode=s_axilite port=return
  counts_d0: for (int counts_d0 = 0; counts_d0 < 16; ++counts_d0) {  // <kernel>:3
    counts[counts_d0] = 0;
  }
  S_i_0_i: for (int i = 0; i < 100; ++i) {  // <kernel>:4
    const ap_uint<8> idx = samples[i] >> 4;
    counts[idx] += 1;
  }
  ap_int<32> n = 0;
  while_: while (n < limit) {  // <kernel>:7
    n += samples[n];
    counts[0] += n;
  }
  const ap_int<32> i_end = n;
  S_i_2_i: for (int i = 0; i < i_end; ++i) {  // <kernel>:10
    if (counts[i & 15] > 3 && i % 3 == 1) {
      counts[i & 15] = 0;
    } else if (i < 5) {
      counts[1] = i;
    } else {
      counts[2] -= 1;
    }
  }
}

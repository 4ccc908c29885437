// widths: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <cmath>
#include <cstdint>
#include <ap_int.h>
#include <hls_half.h>
#include <hls_math.h>

// Division rounded down; C++ rounds toward zero.
template <typename T, typename U> static T floor_div(T a, U b) {
#pragma HLS INLINE
  T quotient = a / b;
  T remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) quotient = quotient - 1;
  return quotient;
}

// The smaller value; NaN if either is NaN, and -0 below +0.
template <typename T> static T minimum(T a, T b) {
#pragma HLS INLINE
  if (a != a || a < b || (a == b && std::signbit(a))) return a;
  return b;
}

extern "C" void widths(const ap_int<16> a[8], const ap_uint<32> b[8], const float f[8], int n,
    half h[8], ap_int<64> o[8], bool p[8], float q[8]) {
#pragma HLS INTERFACE mode=m_axi port=a offset=slave bundle=gmem0 depth=8
#pragma HLS INTERFACE mode=m_axi port=b offset=slave bundle=gmem1 depth=8
#pragma HLS INTERFACE mode=m_axi port=f offset=slave bundle=gmem2 depth=8
#pragma HLS INTERFACE mode=s_axilite port=n
#pragma HLS INTERFACE mode=m_axi port=h offset=slave bundle=gmem3 depth=8
#pragma HLS INTERFACE mode=m_axi port=o offset=slave bundle=gmem4 depth=8
#pragma HLS INTERFACE mode=m_axi port=p offset=slave bundle=gmem5 depth=8
#pragma HLS INTERFACE mode=m_axi port=q offset=slave bundle=gmem6 depth=8
#pragma HLS INTERFACE mode=s_axilite port=return
  S_i_0_i: for (int i = 0; i < 8; ++i) {  // <kernel>:8
    o[i] = floor_div<ap_int<50> >((a[i] + b[i]) * a[i], 7) - b[i] % 5;
    p[i] = a[i] > ap_int<33>(b[i]) || !(f[i] < 1.0f);
    const float value = f[i];
    q[i] = a[i] > 0 ? hls::sqrt(hls::fabs(f[i])) : (value <= 0.0f ? 0.0f : value)
        + minimum(f[i], 2.0f * f[7 - i]);
    h[i] = h[i] * half(0.099975586f) + h[i];
  }
  S_i_1_i: for (int i = 0; i < n; ++i) {  // <kernel>:13
#pragma HLS LOOP_TRIPCOUNT min=0 max=8
    o[i] += ap_int<64>(int64_t(i) * i) * i;
  }
}

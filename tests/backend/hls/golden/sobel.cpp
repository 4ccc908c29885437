// sobel: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <algorithm>
#include <ap_int.h>

static const ap_int<32> KX[3][3] = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};

extern "C" void sobel(const ap_uint<8> image[32][32], ap_uint<8> out[32][32]) {
#pragma HLS INTERFACE mode=m_axi port=image offset=slave bundle=gmem0 depth=1024
#pragma HLS INTERFACE mode=m_axi port=out offset=slave bundle=gmem1 depth=1024
#pragma HLS INTERFACE mode=s_axilite port=return
  out_d0: for (int out_d0 = 0; out_d0 < 32; ++out_d0) {  // <kernel>:5
    out_d1: for (int out_d1 = 0; out_d1 < 32; ++out_d1) {  // <kernel>:5
      out[out_d0][out_d1] = 0;
    }
  }
  y: for (int y = 0; y < 30; ++y) {  // <kernel>:6
    x: for (int x = 0; x < 30; ++x) {  // <kernel>:6
      ap_int<32> gx = 0;
      ap_int<32> gy = 0;
      r: for (int r = 0; r < 3; ++r) {  // <kernel>:9
        c: for (int c = 0; c < 3; ++c) {  // <kernel>:9
          gx += image[y + r][x + c] * KX[r][c];
          gy += image[y + r][x + c] * KX[c][r];
        }
      }
      ap_int<32> m = (gx < 0 ? ap_int<32>(-gx) : gx) + (gy < 0 ? ap_int<32>(-gy) : gy);
      out[y + 1][x + 1] = std::min<ap_int<32> >(m, 255);
    }
  }
}

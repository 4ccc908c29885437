// blur: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <ap_int.h>

extern "C" void blur(const ap_uint<8> image[34][34], ap_uint<8> out[32][32]) {
#pragma HLS INTERFACE mode=m_axi port=image offset=slave bundle=gmem0 depth=1156
#pragma HLS INTERFACE mode=m_axi port=out offset=slave bundle=gmem1 depth=1024
#pragma HLS INTERFACE mode=s_axilite port=return
  ap_uint<8> image_reuse_y[3][34];
  y: for (int y = 0; y < 34; ++y) {  // <kernel>:4
    x: for (int x = 0; x < 34; ++x) {  // <kernel>:4
#pragma HLS PIPELINE II=1
      image_reuse_y_shift: for (int image_reuse_y_shift = 0; image_reuse_y_shift < 2;
          ++image_reuse_y_shift) {  // <kernel>:4
        image_reuse_y[image_reuse_y_shift][x] = image_reuse_y[image_reuse_y_shift + 1][x];
      }
      image_reuse_y[2][x] = image[y][x];
      if (y >= 2 && x >= 2) {
        ap_uint<16> total = 0;
        r: for (int r = 0; r < 3; ++r) {  // <kernel>:6
#pragma HLS UNROLL
          c: for (int c = 0; c < 3; ++c) {  // <kernel>:6
#pragma HLS UNROLL factor=3
            total += image_reuse_y[r][x + c - 2];
          }
        }
        out[y - 2][x - 2] = total / 9;
      }
    }
  }
}

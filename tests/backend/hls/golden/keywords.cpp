// double_: HLS C++ (vitis) emitted by hcl_explore from <kernel>
#include <ap_int.h>

extern "C" ap_int<32> double_(const ap_int<32> register_[4], const ap_int<32> I_[4]) {
#pragma HLS INTERFACE mode=m_axi port=register_ offset=slave bundle=gmem0 depth=4
#pragma HLS INTERFACE mode=m_axi port=I_ offset=slave bundle=gmem1 depth=4
#pragma HLS INTERFACE mode=s_axilite port=return
  ap_int<32> int8_t_ = 0;
  new_: for (int new_ = 0; new_ < 4; ++new_) {  // <kernel>:4
    delete_: for (int delete_ = 0; delete_ < 4; ++delete_) {  // <kernel>:5
      union_: for (int union_ = 0; union_ < 4; ++union_) {  // <kernel>:5
        int8_t_ += register_[new_] * I_[delete_] + union_;
      }
    }
  }
  return int8_t_;
}

// Stands in for the tool's hls_math.h where emitted code is compiled without Vitis HLS:
// the functions of <cmath> under the names of namespace hls.
#ifndef HCL_EXPLORE_HLS_MATH_H
#define HCL_EXPLORE_HLS_MATH_H

#include <cmath>

namespace hls {

using std::acos;
using std::acosh;
using std::asin;
using std::asinh;
using std::atan;
using std::atan2;
using std::atanh;
using std::cbrt;
using std::ceil;
using std::copysign;
using std::cos;
using std::cosh;
using std::erf;
using std::exp;
using std::exp2;
using std::expm1;
using std::fabs;
using std::floor;
using std::fma;
using std::fmax;
using std::fmin;
using std::fmod;
using std::log;
using std::log10;
using std::log1p;
using std::log2;
using std::pow;
using std::rint;
using std::round;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tan;
using std::tanh;
using std::trunc;

}  // namespace hls

#endif

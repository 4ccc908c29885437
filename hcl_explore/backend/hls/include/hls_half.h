// Stands in for the tool's hls_half.h where emitted code is compiled without Vitis HLS:
// IEEE binary16 whose every operation is computed in float and rounded once.
#ifndef HCL_EXPLORE_HLS_HALF_H
#define HCL_EXPLORE_HLS_HALF_H

#include <cmath>

class half {
 public:
  half() = default;
  half(float value) : bits_(value) {}
  explicit half(double value) : bits_(value) {}
  explicit half(int value) : bits_(static_cast<float>(value)) {}
  template <typename T> explicit half(const T &value) : bits_(static_cast<float>(value)) {}
  operator float() const { return static_cast<float>(bits_); }

  half &operator+=(half other) { return *this = half(float(*this) + float(other)); }
  half &operator-=(half other) { return *this = half(float(*this) - float(other)); }
  half &operator*=(half other) { return *this = half(float(*this) * float(other)); }
  half &operator/=(half other) { return *this = half(float(*this) / float(other)); }

 private:
  _Float16 bits_;
};

inline half operator+(half a, half b) { return half(float(a) + float(b)); }
inline half operator-(half a, half b) { return half(float(a) - float(b)); }
inline half operator*(half a, half b) { return half(float(a) * float(b)); }
inline half operator/(half a, half b) { return half(float(a) / float(b)); }
inline half operator-(half a) { return half(-float(a)); }
inline bool operator<(half a, half b) { return float(a) < float(b); }
inline bool operator<=(half a, half b) { return float(a) <= float(b); }
inline bool operator>(half a, half b) { return float(a) > float(b); }
inline bool operator>=(half a, half b) { return float(a) >= float(b); }
inline bool operator==(half a, half b) { return float(a) == float(b); }
inline bool operator!=(half a, half b) { return float(a) != float(b); }

namespace std {
inline bool signbit(half a) { return signbit(float(a)); }
}  // namespace std

#endif

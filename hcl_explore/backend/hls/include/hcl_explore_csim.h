// Between the memory of a caller (NumPy's layout) and the types of emitted C++.
#ifndef HCL_EXPLORE_CSIM_H
#define HCL_EXPLORE_CSIM_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

namespace hcl_explore {

// Elements that lie in the caller's memory as they are in C++: floats and bool.
template <typename T> class Same {
 public:
  Same(void *memory, std::size_t) : memory_(static_cast<T *>(memory)) {}
  T *data() { return memory_; }
  void store() {}

 private:
  T *memory_;
};

// Elements of another size: `index` is a 32-bit int in hardware and 64 bits at the caller.
template <typename T, typename Outside> class Resized {
 public:
  Resized(void *memory, std::size_t count)
      : memory_(static_cast<Outside *>(memory)), count_(count), elements_(new T[count]) {
    for (std::size_t i = 0; i < count; ++i) elements_[i] = static_cast<T>(memory_[i]);
  }
  T *data() { return elements_.get(); }
  void store() {
    for (std::size_t i = 0; i < count_; ++i) memory_[i] = elements_[i];
  }

 private:
  Outside *memory_;
  std::size_t count_;
  std::unique_ptr<T[]> elements_;
};

// Integers of exact width, held by the caller in `Bytes` bytes.
template <typename T, int Bytes> class Exact {
 public:
  Exact(void *memory, std::size_t count)
      : memory_(static_cast<unsigned char *>(memory)), count_(count), elements_(new T[count]) {
    for (std::size_t i = 0; i < count; ++i) elements_[i] = load(memory_ + i * Bytes);
  }
  T *data() { return elements_.get(); }
  void store() {
    for (std::size_t i = 0; i < count_; ++i) save(elements_[i], memory_ + i * Bytes);
  }

 private:
  static constexpr int kWords = (Bytes + 3) / 4;
  static constexpr int kWordBytes = Bytes < 4 ? Bytes : 4;

  static T load(const unsigned char *memory) {
    T value = 0;
    for (int word = kWords - 1; word >= 0; --word) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, memory + 4 * word, kWordBytes);
      if (kWords > 1) value = value << 32;
      value = value | T(bits);
    }
    return value;
  }
  static void save(const T &value, unsigned char *memory) {
    for (int word = 0; word < kWords; ++word) {
      const T shifted = value >> (32 * word);
      const std::uint32_t bits = static_cast<std::uint32_t>(shifted.to_int64());
      std::memcpy(memory + 4 * word, &bits, kWordBytes);
    }
  }

  unsigned char *memory_;
  std::size_t count_;
  std::unique_ptr<T[]> elements_;
};

// The bits of fixed point, which the vendors' types reach in different ways.
template <typename T, typename Bits>
auto set_bits(T &value, const Bits &bits, int) -> decltype(value.range(), void()) {
  value.range() = bits;
}
template <typename T, typename Bits> void set_bits(T &value, const Bits &bits, long) {
  value.set_slc(0, bits);
}
template <typename Bits, typename T>
auto get_bits(const T &value, int) -> decltype(Bits(value.range())) {
  return Bits(value.range());
}
template <typename Bits, typename T> Bits get_bits(const T &value, long) {
  return value.template slc<Bits::width>(0);
}

// Fixed point, held by the caller as integers `Bits` of exact width in `Bytes` bytes.
template <typename T, typename Bits, int Bytes> class FixedPoint {
 public:
  FixedPoint(void *memory, std::size_t count)
      : bits_(memory, count), count_(count), elements_(new T[count]) {
    for (std::size_t i = 0; i < count; ++i) set_bits(elements_[i], bits_.data()[i], 0);
  }
  T *data() { return elements_.get(); }
  void store() {
    for (std::size_t i = 0; i < count_; ++i) bits_.data()[i] = get_bits<Bits>(elements_[i], 0);
    bits_.store();
  }

 private:
  Exact<Bits, Bytes> bits_;
  std::size_t count_;
  std::unique_ptr<T[]> elements_;
};

}  // namespace hcl_explore

#endif

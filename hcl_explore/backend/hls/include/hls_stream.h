// FIFO streams for C simulation. Without HLS_STREAM_THREAD_SAFE a stream holds any number of tokens
// and is never waited for: tasks run one after the other. With it, tasks run in threads: a read waits
// for a token, and a write for a place once `bound` has said how many there are.
#ifndef HCL_EXPLORE_HLS_STREAM_H
#define HCL_EXPLORE_HLS_STREAM_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#ifdef HLS_STREAM_THREAD_SAFE
#include <condition_variable>
#include <mutex>
#endif

namespace hls {

template <typename T, int DEPTH = 0> class stream {
 public:
  stream() {}
  explicit stream(const char *name) : name_(name) {}
  stream(const stream &) = delete;
  stream &operator=(const stream &) = delete;

#ifdef HLS_STREAM_THREAD_SAFE
  T read() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !tokens_.empty(); });
    T token = tokens_.front();
    tokens_.pop_front();
    changed_.notify_all();
    return token;
  }
  void write(const T &token) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return bound_ == 0 || tokens_.size() < bound_; });
    tokens_.push_back(token);
    changed_.notify_all();
  }
  bool empty() {
    std::lock_guard<std::mutex> lock(mutex_);
    return tokens_.empty();
  }
  bool full() {
    std::lock_guard<std::mutex> lock(mutex_);
    return bound_ != 0 && tokens_.size() >= bound_;
  }
  void bound(std::size_t tokens) { bound_ = tokens; }
#else
  T read() {
    if (tokens_.empty()) {
      std::fprintf(stderr, "stream %s is read, and nothing is in it\n", name_.c_str());
      std::abort();
    }
    T token = tokens_.front();
    tokens_.pop_front();
    return token;
  }
  void write(const T &token) { tokens_.push_back(token); }
  bool empty() { return tokens_.empty(); }
  bool full() { return false; }
#endif

 private:
  std::string name_;
  std::deque<T> tokens_;
#ifdef HLS_STREAM_THREAD_SAFE
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t bound_ = 0;
#endif
};

}  // namespace hls

#endif

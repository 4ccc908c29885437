"""External IP: C++ functions that are called with NumPy arrays and inside kernels."""

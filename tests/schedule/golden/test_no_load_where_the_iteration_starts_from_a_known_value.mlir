module attributes {hcl.top = "init_inside"} {
  func.func @init_inside(%A: memref<12x6xf32> {hcl.dtype = "float32", hcl.name = "A"}, %B: memref<6x10xf32> {hcl.dtype = "float32", hcl.name = "B"}) -> (memref<12x10xf32> {hcl.dtype = "float32"}) {
    %C = memref.alloc() {hcl.dtype = "float32", name = "C"} : memref<12x10xf32>
    affine.for %i = 0 to 12 {
      %C_buf = memref.alloc() {hcl.dtype = "float32", name = "C_buf"} : memref<10xf32>
      affine.for %j = 0 to 10 {
        %cst = arith.constant 0.000000e+00 : f32
        affine.store %cst, %C_buf[%j] : memref<10xf32>
      } {loop_name = "j"}
      affine.for %k = 0 to 6 {
        affine.for %j1 = 0 to 10 {
          %0 = affine.load %C_buf[%j1] : memref<10xf32>
          %1 = affine.load %A[%i, %k] : memref<12x6xf32>
          %2 = affine.load %B[%k, %j1] : memref<6x10xf32>
          %3 = arith.mulf %1, %2 : f32
          %4 = arith.addf %0, %3 : f32
          affine.store %4, %C_buf[%j1] : memref<10xf32>
        } {loop_name = "j1"}
      } {loop_name = "k"}
      affine.for %C_buf_store0 = 0 to 10 {
        %0 = affine.load %C_buf[%C_buf_store0] : memref<10xf32>
        affine.store %0, %C[%i, %C_buf_store0] : memref<12x10xf32>
      } {loop_name = "C_buf_store0", op_name = "store_C_buf"}
    } {loop_name = "i", op_name = "mm"}
    return %C : memref<12x10xf32>
  }
}

module attributes {hcl.top = "local"} {
  func.func @local(%A: memref<4x8x6xi32> {hcl.dtype = "int32", hcl.name = "A"}, %out: memref<4x6xi32> {hcl.dtype = "int32", hcl.name = "out"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<4x2x4x6xi32>
    affine.for %i = 0 to 4 {
      affine.for %j.outer = 0 to 2 {
        affine.for %j.inner = 0 to 4 {
          affine.for %k = 0 to 6 {
            %0 = affine.load %A[%i, %j.outer * -4 - %j.inner + 7, %k] : memref<4x8x6xi32>
            %c2_i32 = arith.constant 2 : i32
            %1 = arith.muli %0, %c2_i32 : i32
            affine.store %1, %B[%i, %j.outer, %j.inner, %k] : memref<4x2x4x6xi32>
          } {loop_name = "k"}
        } {loop_name = "j.inner"}
      } {loop_name = "j.outer"}
    } {loop_name = "i", op_name = "fill"}
    affine.for %i1 = 0 to 4 {
      affine.for %k1 = 0 to 6 {
        affine.for %j1 = 1 to 8 step 2 {
          %0 = affine.load %out[%i1, %k1] : memref<4x6xi32>
          %1 = affine.load %B[%i1, %j1 floordiv 4, %j1 mod 4, %k1] : memref<4x2x4x6xi32>
          %2 = affine.load %B[-%i1 + 3, (%j1 - 1) floordiv 4, (%j1 - 1) mod 4, -%k1 + 5] : memref<4x2x4x6xi32>
          %3 = arith.subi %1, %2 : i32
          %4 = arith.addi %0, %3 : i32
          affine.store %4, %out[%i1, %k1] : memref<4x6xi32>
        } {loop_name = "j1"}
      } {loop_name = "k1"}
    } {loop_name = "i1", op_name = "sum"}
    return
  }
}

#set = affine_set<(d0) : (d0 - 1 >= 0)>
module attributes {hcl.top = "guarded_edge"} {
  func.func @guarded_edge(%A: memref<8x8xi32> {hcl.dtype = "int32", hcl.name = "A"}, %B: memref<8x8xi32> {hcl.dtype = "int32", hcl.name = "B"}) {
    affine.for %i = 0 to 8 {
      %A_buf = memref.alloc() {hcl.dtype = "int32", name = "A_buf"} : memref<8xi32>
      affine.if #set(%i) {
        affine.for %A_buf_load0 = 0 to 8 {
          %0 = affine.load %A[%i - 1, %A_buf_load0] : memref<8x8xi32>
          affine.store %0, %A_buf[%A_buf_load0] : memref<8xi32>
        } {loop_name = "A_buf_load0", op_name = "load_A_buf"}
      }
      affine.for %j = 0 to 8 {
        affine.if #set(%i) {
          %0 = affine.load %A_buf[%j] : memref<8xi32>
          %c2_i32 = arith.constant 2 : i32
          %1 = arith.muli %0, %c2_i32 : i32
          affine.store %1, %B[%i, %j] : memref<8x8xi32>
        }
      } {loop_name = "j"}
    } {loop_name = "i", op_name = "S_i_j_0"}
    return
  }
}

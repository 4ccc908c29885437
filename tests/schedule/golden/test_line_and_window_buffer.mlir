#set = affine_set<(d0, d1) : (d0 - 2 >= 0, d1 - 2 >= 0)>
module attributes {hcl.top = "conv"} {
  func.func @conv(%A: memref<10x12xi32> {hcl.dtype = "int32", hcl.name = "A"}, %F: memref<3x3xi32> {hcl.dtype = "int32", hcl.name = "F"}) -> (memref<8x10xi32> {hcl.dtype = "int32"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<8x10xi32>
    %A_reuse_y = memref.alloc() {hcl.dtype = "int32", name = "A_reuse_y"} : memref<3x12xi32>
    %A_reuse_y_x = memref.alloc() {hcl.dtype = "int32", name = "A_reuse_y_x"} : memref<3x3xi32>
    affine.for %y = 0 to 10 {
      affine.for %x = 0 to 12 {
        affine.for %A_reuse_y_shift = 0 to 2 {
          %1 = affine.load %A_reuse_y[%A_reuse_y_shift + 1, %x] : memref<3x12xi32>
          affine.store %1, %A_reuse_y[%A_reuse_y_shift, %x] : memref<3x12xi32>
        } {loop_name = "A_reuse_y_shift", op_name = "shift_A_reuse_y"}
        %0 = affine.load %A[%y, %x] : memref<10x12xi32>
        affine.store %0, %A_reuse_y[2, %x] : memref<3x12xi32>
        affine.for %A_reuse_y_x_d0 = 0 to 3 {
          affine.for %A_reuse_y_x_shift = 0 to 2 {
            %2 = affine.load %A_reuse_y_x[%A_reuse_y_x_d0, %A_reuse_y_x_shift + 1] : memref<3x3xi32>
            affine.store %2, %A_reuse_y_x[%A_reuse_y_x_d0, %A_reuse_y_x_shift] : memref<3x3xi32>
          } {loop_name = "A_reuse_y_x_shift"}
          %1 = affine.load %A_reuse_y[%A_reuse_y_x_d0, %x] : memref<3x12xi32>
          affine.store %1, %A_reuse_y_x[%A_reuse_y_x_d0, 2] : memref<3x3xi32>
        } {loop_name = "A_reuse_y_x_d0", op_name = "shift_A_reuse_y_x"}
        affine.if #set(%y, %x) {
          %v = memref.alloc() {hcl.dtype = "int32", name = "v"} : memref<i32>
          %c0_i32 = arith.constant 0 : i32
          affine.store %c0_i32, %v[] : memref<i32>
          affine.for %r = 0 to 3 {
            affine.for %c = 0 to 3 {
              %2 = affine.load %v[] : memref<i32>
              %3 = affine.load %A_reuse_y_x[%r, %c] : memref<3x3xi32>
              %4 = affine.load %F[%r, %c] : memref<3x3xi32>
              %5 = arith.muli %3, %4 : i32
              %6 = arith.addi %2, %5 : i32
              affine.store %6, %v[] : memref<i32>
            } {loop_name = "c", reduction}
          } {loop_name = "r", reduction}
          %1 = affine.load %v[] : memref<i32>
          affine.store %1, %B[%y - 2, %x - 2] : memref<8x10xi32>
        }
      } {loop_name = "x"}
    } {loop_name = "y", op_name = "conv"}
    return %B : memref<8x10xi32>
  }
}

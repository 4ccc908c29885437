module attributes {hcl.top = "caller"} {
  func.func @caller(%A: memref<10xi32> {hcl.dtype = "int32", hcl.name = "A"}, %B: memref<10xi32> {hcl.dtype = "int32", hcl.name = "B"}) -> (memref<8xi32> {hcl.dtype = "int32"}) {
    %c0 = arith.constant 0 : index
    %p = memref.alloc() {hcl.dtype = "int32", name = "p"} : memref<8xi32>
    affine.for %out_d0 = 0 to 8 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %p[%out_d0] : memref<8xi32>
    } {loop_name = "out_d0", op_name = "init_out"}
    affine.for %i = 0 to 8 {
      %t_1 = memref.alloc() {hcl.dtype = "int32", name = "t_1"} : memref<i32>
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %t_1[] : memref<i32>
      affine.for %j = 0 to 3 {
        %1 = affine.load %t_1[] : memref<i32>
        %2 = affine.load %A[%i + %j] : memref<10xi32>
        %3 = arith.addi %1, %2 : i32
        affine.store %3, %t_1[] : memref<i32>
      } {loop_name = "j"}
      %0 = affine.load %t_1[] : memref<i32>
      affine.store %0, %p[%i] : memref<8xi32>
    } {loop_name = "i", op_name = "S_i_j_0"}
    %c1 = arith.constant 1 : index
    %q = memref.alloc() {hcl.dtype = "int32", name = "q"} : memref<8xi32>
    affine.for %out_d0 = 0 to 8 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %q[%out_d0] : memref<8xi32>
    } {loop_name = "out_d0", op_name = "init_out_1"}
    affine.for %i = 1 to 8 {
      %t_2 = memref.alloc() {hcl.dtype = "int32", name = "t_2"} : memref<i32>
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %t_2[] : memref<i32>
      affine.for %j = 0 to 3 {
        %1 = affine.load %t_2[] : memref<i32>
        %2 = affine.load %B[%i + %j] : memref<10xi32>
        %3 = arith.addi %1, %2 : i32
        affine.store %3, %t_2[] : memref<i32>
      } {loop_name = "j"}
      %0 = affine.load %t_2[] : memref<i32>
      affine.store %0, %q[%i] : memref<8xi32>
    } {loop_name = "i", op_name = "S_i_j_0_1"}
    %r = memref.alloc() {hcl.dtype = "int32", name = "r"} : memref<8xi32>
    affine.for %i = 0 to 8 {
      %t = memref.alloc() {hcl.dtype = "int32", name = "t"} : memref<i32>
      %0 = affine.load %p[%i] : memref<8xi32>
      %c3_i32 = arith.constant 3 : i32
      %1 = arith.muli %0, %c3_i32 : i32
      affine.store %1, %t[] : memref<i32>
      %2 = affine.load %t[] : memref<i32>
      %3 = affine.load %q[%i] : memref<8xi32>
      %4 = arith.addi %2, %3 : i32
      affine.store %4, %r[%i] : memref<8xi32>
      %c0_0 = arith.constant 0 : index
      %u = memref.alloc() {hcl.dtype = "int32", name = "u"} : memref<8xi32>
      affine.for %out_d0 = 0 to 8 {
        %c0_i32 = arith.constant 0 : i32
        affine.store %c0_i32, %u[%out_d0] : memref<8xi32>
      } {loop_name = "out_d0", op_name = "init_out"}
      affine.for %i_1 = 0 to 8 {
        %t_3 = memref.alloc() {hcl.dtype = "int32", name = "t_3"} : memref<i32>
        %c0_i32 = arith.constant 0 : i32
        affine.store %c0_i32, %t_3[] : memref<i32>
        affine.for %j = 0 to 3 {
          %9 = affine.load %t_3[] : memref<i32>
          %10 = affine.load %A[%i_1 + %j] : memref<10xi32>
          %11 = arith.addi %9, %10 : i32
          affine.store %11, %t_3[] : memref<i32>
        } {loop_name = "j"}
        %8 = affine.load %t_3[] : memref<i32>
        affine.store %8, %u[%i_1] : memref<8xi32>
      } {loop_name = "i_1", op_name = "S_i_j_0"}
      %5 = affine.load %r[%i] : memref<8xi32>
      %6 = affine.load %u[%i] : memref<8xi32>
      %7 = arith.addi %5, %6 : i32
      affine.store %7, %r[%i] : memref<8xi32>
    } {loop_name = "i", op_name = "S_i_0"}
    return %r : memref<8xi32>
  }
}

#map = affine_map<(d0) -> (d0 * 2)>
module attributes {hcl.top = "parts"} {
  func.func @parts(%A: memref<8x10xi32> {hcl.dtype = "int32", hcl.name = "A"}) -> (memref<8xi32> {hcl.dtype = "int32"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<8x10xi32>
    affine.for %B_d0 = 0 to 8 {
      affine.for %B_d1 = 0 to 10 {
        %c0_i32 = arith.constant 0 : i32
        affine.store %c0_i32, %B[%B_d0, %B_d1] : memref<8x10xi32>
      } {loop_name = "B_d1"}
    } {loop_name = "B_d0", op_name = "init_B"}
    %C = memref.alloc() {hcl.dtype = "int32", name = "C"} : memref<8xi32>
    affine.for %C_d0 = 0 to 8 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %C[%C_d0] : memref<8xi32>
    } {loop_name = "C_d0", op_name = "init_C"}
    affine.for %i = 0 to 8 {
      %t = memref.alloc() {hcl.dtype = "int32", name = "t"} : memref<i32>
      %0 = affine.apply #map(%i)
      %1 = arith.index_cast %0 : index to i32
      affine.store %1, %t[] : memref<i32>
      affine.for %x = 0 to 10 {
        %2 = affine.load %A[%i, %x] : memref<8x10xi32>
        %c3_i32 = arith.constant 3 : i32
        %3 = arith.muli %2, %c3_i32 : i32
        %4 = affine.load %t[] : memref<i32>
        %5 = arith.addi %3, %4 : i32
        affine.store %5, %B[%i, %x] : memref<8x10xi32>
      } {loop_name = "x"}
    } {loop_name = "i", op_name = "work"}
    affine.for %i = 0 to 8 {
      affine.for %y = 0 to 10 {
        %0 = affine.load %C[%i] : memref<8xi32>
        %1 = affine.load %B[%i, %y] : memref<8x10xi32>
        %2 = arith.addi %0, %1 : i32
        affine.store %2, %C[%i] : memref<8xi32>
      } {loop_name = "y"}
    } {loop_name = "i", op_name = "work_1"}
    affine.for %i = 0 to 8 {
      %0 = affine.load %C[%i] : memref<8xi32>
      %c1_i32 = arith.constant 1 : i32
      %1 = arith.addi %0, %c1_i32 : i32
      affine.store %1, %C[%i] : memref<8xi32>
    } {loop_name = "i", op_name = "work_2"}
    return %C : memref<8xi32>
  }
}

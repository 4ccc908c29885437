#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0) -> (d0 + 3)>
module attributes {hcl.top = "shifted"} {
  func.func @shifted(%A: memref<10xi32> {hcl.dtype = "int32", hcl.name = "A"}) -> (memref<8xi32> {hcl.dtype = "int32"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<10xi32>
    affine.for %B_d0 = 0 to 10 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %B[%B_d0] : memref<10xi32>
    } {loop_name = "B_d0", op_name = "init_B"}
    %C = memref.alloc() {hcl.dtype = "int32", name = "C"} : memref<8xi32>
    affine.for %C_d0 = 0 to 8 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %C[%C_d0] : memref<8xi32>
    } {loop_name = "C_d0", op_name = "init_C"}
    affine.for %x1 = 0 to 8 {
      %0 = affine.load %A[%x1 + 1] : memref<10xi32>
      affine.store %0, %B[%x1 + 1] : memref<10xi32>
      affine.for %j = #map(%x1) to #map1(%x1) {
        %1 = affine.load %C[%x1] : memref<8xi32>
        %2 = affine.load %B[%x1 + 1] : memref<10xi32>
        %3 = arith.index_cast %j : index to i32
        %4 = arith.muli %2, %3 : i32
        %5 = arith.addi %1, %4 : i32
        affine.store %5, %C[%x1] : memref<8xi32>
      } {loop_name = "j"}
    } {loop_name = "x1", op_name = "S_x1_j_1"}
    return %C : memref<8xi32>
  }
}

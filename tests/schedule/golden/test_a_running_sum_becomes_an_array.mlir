module attributes {hcl.top = "running_sum"} {
  func.func @running_sum(%A: memref<6x5xi32> {hcl.dtype = "int32", hcl.name = "A"}, %rows: memref<6xi32> {hcl.dtype = "int32", hcl.name = "rows"}) {
    %acc = memref.alloc() {hcl.dtype = "int32", name = "acc"} : memref<6xi32>
    affine.for %i = 0 to 6 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %acc[%i] : memref<6xi32>
    } {loop_name = "i_1", op_name = "S_i_j_0_1"}
    affine.for %j = 0 to 5 {
      affine.for %i = 0 to 6 {
        %0 = affine.load %acc[%i] : memref<6xi32>
        %1 = affine.load %A[%i, %j] : memref<6x5xi32>
        %2 = arith.addi %0, %1 : i32
        affine.store %2, %acc[%i] : memref<6xi32>
      } {loop_name = "i"}
    } {loop_name = "j", op_name = "S_i_j_0"}
    affine.for %i = 0 to 6 {
      %0 = affine.load %acc[%i] : memref<6xi32>
      affine.store %0, %rows[%i] : memref<6xi32>
    } {loop_name = "i_2", op_name = "S_i_j_0_2"}
    return
  }
}

module attributes {hcl.top = "deep"} {
  func.func @deep(%A: memref<6x5x4xi32> {hcl.dtype = "int32", hcl.name = "A"}, %R: memref<6xi32> {hcl.dtype = "int32", hcl.name = "R"}, %S: memref<6x5xi32> {hcl.dtype = "int32", hcl.name = "S"}) {
    affine.for %i = 0 to 6 {
      %c7_i32 = arith.constant 7 : i32
      affine.store %c7_i32, %R[%i] : memref<6xi32>
      affine.for %j = 0 to 5 {
        %0 = affine.load %R[%i] : memref<6xi32>
        %1 = arith.index_cast %j : index to i32
        %2 = arith.addi %0, %1 : i32
        affine.store %2, %S[%i, %j] : memref<6x5xi32>
      } {loop_name = "j_1"}
    } {loop_name = "i_1", op_name = "outer_1"}
    affine.for %k = 0 to 4 {
      affine.for %j = 0 to 5 {
        affine.for %i = 0 to 6 {
          %0 = affine.load %A[%i, %j, %k] : memref<6x5x4xi32>
          %1 = affine.load %S[%i, %j] : memref<6x5xi32>
          %2 = arith.addi %0, %1 : i32
          affine.store %2, %A[%i, %j, %k] : memref<6x5x4xi32>
        } {loop_name = "i"}
      } {loop_name = "j"}
    } {loop_name = "k", op_name = "outer"}
    affine.for %i = 0 to 6 {
      affine.for %j = 0 to 5 {
        affine.for %m = 0 to 3 {
          %3 = affine.load %S[%i, %j] : memref<6x5xi32>
          %4 = affine.load %A[%i, %j, %m] : memref<6x5x4xi32>
          %5 = arith.addi %3, %4 : i32
          affine.store %5, %S[%i, %j] : memref<6x5xi32>
        } {loop_name = "m"}
      } {loop_name = "j_2"}
      %0 = affine.load %R[%i] : memref<6xi32>
      %1 = affine.load %S[%i, 0] : memref<6x5xi32>
      %2 = arith.addi %0, %1 : i32
      affine.store %2, %R[%i] : memref<6xi32>
    } {loop_name = "i_2", op_name = "outer_2"}
    return
  }
}

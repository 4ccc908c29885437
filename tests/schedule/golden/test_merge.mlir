module attributes {hcl.top = "pointwise"} {
  func.func @pointwise(%A: memref<6x7xi32> {hcl.dtype = "int32", hcl.name = "A"}) -> (memref<6x7xi32> {hcl.dtype = "int32"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<6x7xi32>
    %C = memref.alloc() {hcl.dtype = "int32", name = "C"} : memref<6x7xi32>
    affine.for %i = 0 to 6 {
      affine.for %j = 0 to 7 {
        %0 = affine.load %A[%i, %j] : memref<6x7xi32>
        %c3_i32 = arith.constant 3 : i32
        %1 = arith.muli %0, %c3_i32 : i32
        affine.store %1, %B[%i, %j] : memref<6x7xi32>
        %2 = affine.load %B[%i, %j] : memref<6x7xi32>
        %c1_i32 = arith.constant 1 : i32
        %3 = arith.addi %2, %c1_i32 : i32
        affine.store %3, %C[%i, %j] : memref<6x7xi32>
      } {loop_name = "j"}
    } {loop_name = "i", op_name = "q"}
    return %C : memref<6x7xi32>
  }
}

module attributes {hcl.top = "rows"} {
  func.func @rows(%A: memref<8x10xi32> {hcl.dtype = "int32", hcl.name = "A"}) -> (memref<8x8xi32> {hcl.dtype = "int32"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<8x10xi32>
    %C = memref.alloc() {hcl.dtype = "int32", name = "C"} : memref<8x8xi32>
    affine.for %y1 = 0 to 8 {
      affine.for %x = 0 to 10 {
        %t = memref.alloc() {hcl.dtype = "int32", name = "t"} : memref<i32>
        %0 = affine.load %A[%y1, %x] : memref<8x10xi32>
        %c3_i32 = arith.constant 3 : i32
        %1 = arith.muli %0, %c3_i32 : i32
        affine.store %1, %t[] : memref<i32>
        %2 = affine.load %t[] : memref<i32>
        %c1_i32 = arith.constant 1 : i32
        %3 = arith.addi %2, %c1_i32 : i32
        affine.store %3, %B[%y1, %x] : memref<8x10xi32>
      } {loop_name = "x", op_name = "blur"}
      affine.for %x1 = 0 to 8 {
        %0 = affine.load %B[%y1, %x1] : memref<8x10xi32>
        %1 = affine.load %B[%y1, %x1 + 1] : memref<8x10xi32>
        %2 = arith.addi %0, %1 : i32
        %3 = affine.load %B[%y1, %x1 + 2] : memref<8x10xi32>
        %4 = arith.addi %2, %3 : i32
        affine.store %4, %C[%y1, %x1] : memref<8x8xi32>
      } {loop_name = "x1"}
    } {loop_name = "y1", op_name = "edge"}
    return %C : memref<8x8xi32>
  }
}

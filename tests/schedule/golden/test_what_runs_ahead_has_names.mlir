module attributes {hcl.top = "halo"} {
  func.func @halo(%A: memref<8xi32> {hcl.dtype = "int32", hcl.name = "A"}) -> (memref<8xi32> {hcl.dtype = "int32"}) {
    %B = memref.alloc() {hcl.dtype = "int32", name = "B"} : memref<10xi32>
    affine.for %B_d0 = 0 to 10 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %B[%B_d0] : memref<10xi32>
    } {loop_name = "B_d0", op_name = "init_B"}
    affine.for %x.peel = 0 to 1 {
      %0 = affine.load %A[%x.peel] : memref<8xi32>
      affine.store %0, %B[%x.peel] : memref<10xi32>
    } {loop_name = "x.peel", op_name = "p.peel"}
    %C = memref.alloc() {hcl.dtype = "int32", name = "C"} : memref<8xi32>
    affine.for %x = 0 to 7 {
      %0 = affine.load %A[%x + 1] : memref<8xi32>
      affine.store %0, %B[%x + 1] : memref<10xi32>
      %1 = affine.load %B[%x] : memref<10xi32>
      %2 = affine.load %B[%x + 1] : memref<10xi32>
      %3 = arith.addi %1, %2 : i32
      affine.store %3, %C[%x] : memref<8xi32>
    } {loop_name = "x", op_name = "q"}
    affine.for %x.peel = 7 to 8 {
      %0 = affine.load %B[%x.peel] : memref<10xi32>
      %1 = affine.load %B[%x.peel + 1] : memref<10xi32>
      %2 = arith.addi %0, %1 : i32
      affine.store %2, %C[%x.peel] : memref<8xi32>
    } {loop_name = "x.peel", op_name = "q.peel"}
    return %C : memref<8xi32>
  }
}

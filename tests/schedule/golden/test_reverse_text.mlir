#map = affine_map<(d0) -> (d0 * 2)>
#map1 = affine_map<(d0) -> (d0)>
module attributes {hcl.top = "mixed"} {
  func.func @mixed(%A: memref<8x12xi32> {hcl.dtype = "int32", hcl.name = "A"}, %C: memref<8xi32> {hcl.dtype = "int32", hcl.name = "C"}) {
    affine.for %i = 0 to 8 {
      %t = memref.alloc() {hcl.dtype = "int32", name = "t"} : memref<i32>
      %0 = affine.apply #map(%i)
      %1 = arith.index_cast %0 : index to i32
      affine.store %1, %t[] : memref<i32>
      affine.for %x = 1 to 12 step 2 {
        %2 = affine.load %A[%i, -%x + 12] : memref<8x12xi32>
        %c3_i32 = arith.constant 3 : i32
        %3 = arith.muli %2, %c3_i32 : i32
        %4 = affine.load %t[] : memref<i32>
        %5 = arith.addi %3, %4 : i32
        affine.store %5, %A[%i, -%x + 12] : memref<8x12xi32>
      } {loop_name = "x"}
      affine.for %y = #map1(%i) to 12 {
        %2 = affine.load %C[%i] : memref<8xi32>
        %3 = affine.load %A[%i, %i - %y + 11] : memref<8x12xi32>
        %4 = arith.addi %2, %3 : i32
        affine.store %4, %C[%i] : memref<8xi32>
      } {loop_name = "y"}
    } {loop_name = "i", op_name = "work"}
    return
  }
}

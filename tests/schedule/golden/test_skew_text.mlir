#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0) -> (d0 + 11)>
module attributes {hcl.top = "wavefront"} {
  func.func @wavefront(%A: memref<10x12xi32> {hcl.dtype = "int32", hcl.name = "A"}) {
    affine.for %i = 0 to 9 {
      affine.for %j = #map(%i) to #map1(%i) {
        %0 = affine.load %A[%i, %j - %i + 1] : memref<10x12xi32>
        %c1_i32 = arith.constant 1 : i32
        %1 = arith.addi %0, %c1_i32 : i32
        affine.store %1, %A[%i + 1, %j - %i] : memref<10x12xi32>
      } {loop_name = "j"}
    } {loop_name = "i", op_name = "w"}
    return
  }
}

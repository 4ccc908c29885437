#map = affine_map<(d0) -> ((d0 - 10) ceildiv 2, 0)>
#map1 = affine_map<(d0) -> (d0 floordiv 2 + 1, 9)>
module attributes {hcl.top = "wavefront"} {
  func.func @wavefront(%A: memref<10x12xi32> {hcl.dtype = "int32", hcl.name = "A"}) {
    affine.for %j = 0 to 27 {
      affine.for %i = max #map(%j) to min #map1(%j) {
        %0 = affine.load %A[%i, %j - %i * 2 + 1] : memref<10x12xi32>
        %c1_i32 = arith.constant 1 : i32
        %1 = arith.addi %0, %c1_i32 : i32
        affine.store %1, %A[%i + 1, %j - %i * 2] : memref<10x12xi32>
      } {loop_name = "i"}
    } {loop_name = "j", op_name = "w"}
    return
  }
}

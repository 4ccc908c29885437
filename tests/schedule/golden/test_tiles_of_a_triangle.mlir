#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0) -> (d0 * 4)>
#map2 = affine_map<(d0, d1) -> (9, d0 * 4 + 4, d1 * 4 + 4)>
#map3 = affine_map<(d0, d1) -> (d0, d1 * 4)>
#map4 = affine_map<(d0) -> (9, d0 * 4 + 4)>
module attributes {hcl.top = "upper"} {
  func.func @upper(%A: memref<9x9xi32> {hcl.dtype = "int32", hcl.name = "A"}) {
    affine.for %i.outer = 0 to 3 {
      affine.for %j.outer = #map(%i.outer) to 3 {
        affine.for %i.inner = #map1(%i.outer) to min #map2(%i.outer, %j.outer) {
          affine.for %j.inner = max #map3(%i.inner, %j.outer) to min #map4(%j.outer) {
            %0 = affine.load %A[%i.inner, %j.inner] : memref<9x9xi32>
            %c2_i32 = arith.constant 2 : i32
            %1 = arith.muli %0, %c2_i32 : i32
            %2 = arith.index_cast %i.inner : index to i32
            %3 = arith.addi %1, %2 : i32
            affine.store %3, %A[%i.inner, %j.inner] : memref<9x9xi32>
          } {loop_name = "j.inner"}
        } {loop_name = "i.inner"}
      } {loop_name = "j.outer"}
    } {loop_name = "i.outer", op_name = "S_i_j_0"}
    return
  }
}

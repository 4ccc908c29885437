#map = affine_map<(d0) -> ((-d0 + 9) * 20)>
#map1 = affine_map<(d0, d1) -> (d0 floordiv 20 + d1)>
#map2 = affine_map<(d0) -> (d0 mod 5)>
module attributes {hcl.top = "slabs"} {
  func.func @slabs(%A: memref<9x9x9xi32> {hcl.dtype = "int32", hcl.name = "A"}) {
    affine.for %t = 0 to 9 {
      affine.for %i_j_k_fused = 0 to #map(%t) {
        %0 = affine.apply #map1(%i_j_k_fused, %t)
        %1 = affine.apply #map2(%i_j_k_fused)
        %2 = affine.load %A[%i_j_k_fused floordiv 20 + %t, (%i_j_k_fused floordiv 5) mod 4, %t] : memref<9x9x9xi32>
        %c2_i32 = arith.constant 2 : i32
        %3 = arith.muli %2, %c2_i32 : i32
        %4 = arith.index_cast %1 : index to i32
        %5 = arith.index_cast %0 : index to i32
        %6 = arith.muli %4, %5 : i32
        %7 = arith.addi %3, %6 : i32
        affine.store %7, %A[%i_j_k_fused floordiv 20 + %t, (%i_j_k_fused floordiv 5) mod 4, %t] : memref<9x9x9xi32>
      } {loop_name = "i_j_k_fused"}
    } {loop_name = "t", op_name = "S_t_i_j_k_0"}
    return
  }
}

module attributes {hcl.top = "stages"} {
  memref.global "private" constant @w : memref<3xi32> = dense<[1, 2, 3]>
  func.func @time_i(%n: index {hcl.dtype = "index", hcl.name = "n"}, %A: memref<10xi32> {hcl.dtype = "int32", hcl.name = "A"}, %factor: i32 {hcl.dtype = "int32", hcl.name = "factor"}, %out: memref<8xi32> {hcl.dtype = "int32", hcl.name = "out"}, %t: index {hcl.dtype = "index", hcl.name = "t"}) {
    %w = memref.get_global @w : memref<3xi32> {hcl.dtype = "int32"}
    affine.for %i = %n to 8 {
      %v = memref.alloc() {hcl.dtype = "int32", name = "v"} : memref<i32>
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %v[] : memref<i32>
      affine.for %j = 0 to 3 {
        %5 = affine.load %v[] : memref<i32>
        %6 = affine.load %A[%i + %j] : memref<10xi32>
        %7 = affine.load %w[%j] : memref<3xi32>
        %8 = arith.muli %6, %7 : i32
        %9 = arith.muli %8, %factor : i32
        %10 = arith.addi %5, %9 : i32
        affine.store %10, %v[] : memref<i32>
      } {loop_name = "j"}
      %0 = affine.load %out[%i] : memref<8xi32>
      %1 = affine.load %v[] : memref<i32>
      %2 = arith.index_cast %t : index to i32
      %3 = arith.addi %1, %2 : i32
      %4 = arith.addi %0, %3 : i32
      affine.store %4, %out[%i] : memref<8xi32>
    } {loop_name = "i", op_name = "time_i"}
    return
  }
  func.func @stages(%A: memref<10xi32> {hcl.dtype = "int32", hcl.name = "A"}, %factor: i32 {hcl.dtype = "int32", hcl.name = "factor"}, %n: index {hcl.dtype = "index", hcl.name = "n"}) -> (memref<8xi32> {hcl.dtype = "int32"}) {
    %w = memref.get_global @w : memref<3xi32> {hcl.dtype = "int32"}
    %out = memref.alloc() {hcl.dtype = "int32", name = "out"} : memref<8xi32>
    affine.for %out_d0 = 0 to 8 {
      %c0_i32 = arith.constant 0 : i32
      affine.store %c0_i32, %out[%out_d0] : memref<8xi32>
    } {loop_name = "out_d0", op_name = "init_out"}
    affine.for %t = 0 to 3 {
      func.call @time_i(%n, %A, %factor, %out, %t) : (index, memref<10xi32>, i32, memref<8xi32>, index) -> ()
    } {loop_name = "t", op_name = "time"}
    return %out : memref<8xi32>
  }
}

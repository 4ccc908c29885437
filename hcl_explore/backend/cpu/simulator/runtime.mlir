// What simulated tasks call: FIFOs that fill up, clocks, and the round that resumes each task in turn.
//
// A task is a coroutine with a clock of its own, in cycles. When it may go on is decided by the
// contents of the FIFOs alone; what the clock says follows from when tokens were put and got: a get
// is at least one cycle after the put of its token, a put at least one cycle after the get that made
// room for it. Each end of a FIFO takes one token a cycle: a second one comes later, which does not
// stop the task, whose initiation interval allows for it. So the result does not depend on the order
// in which tasks are resumed.

// clock, state, awaited FIFO, coroutine, parent, unfinished children, site, start, cycles stalled on
// full FIFOs, on empty ones, schedule, next task, end of the last child, tasks that it waits for, next
// open task
!task = !llvm.struct<"hcl.task", (i64, i64, ptr, ptr, ptr, i64, i64, i64, i64, i64, ptr, ptr, i64, ptr, ptr)>
// depth, bytes of a slot, slots, puts, gets, times of the puts, room for them, times of the gets,
// room for them, producer, consumer, cycles stalled on puts, on gets
!fifo = !llvm.struct<"hcl.fifo", (i64, i64, ptr, i64, i64, ptr, i64, ptr, i64, ptr, ptr, i64, i64)>
// FIFOs, their number, site, the task that made them, next group
!group = !llvm.struct<"hcl.group", (ptr, i64, i64, ptr, ptr)>
// progress (counts whatever changes the state of a FIFO or a task), first task, last task, first
// group, a task whose question must be answered now, how long only questions have been answered,
// first open task, the address of the field that the next open task goes to
!schedule = !llvm.struct<"hcl.schedule", (i64, ptr, ptr, ptr, ptr, i64, ptr, ptr)>

// States of a task: 0 runs, 1 waits for room, 2 for a token, 3 for the answer to a question about a
// FIFO, 4 for its children, 5 for another task, 6 is done.

llvm.func @malloc(i64) -> !llvm.ptr
llvm.func @realloc(!llvm.ptr, i64) -> !llvm.ptr
llvm.func @free(!llvm.ptr)
// Of the host: the depth to use for a FIFO (site, its number, declared depth); the end of a run
// (schedule, 0: all done, 1: nobody can go on, 2: somebody asks for ever).
llvm.func @hcl.rt.depth(i64, i64, i64) -> i64
llvm.func @hcl.rt.ended(!llvm.ptr, i64)

func.func private @hcl.rt.zeroed(%count: i64, %bytes: i64) -> !llvm.ptr {
  %zero = arith.constant 0 : i8
  %size = arith.muli %count, %bytes : i64
  %memory = llvm.call @malloc(%size) : (i64) -> !llvm.ptr
  "llvm.intr.memset"(%memory, %zero, %size) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> ()
  return %memory : !llvm.ptr
}

func.func private @hcl.rt.progress(%task: !llvm.ptr) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %p = llvm.getelementptr %task[0, 10] : (!llvm.ptr) -> !llvm.ptr, !task
  %schedule = llvm.load %p : !llvm.ptr -> !llvm.ptr
  %old = llvm.load %schedule : !llvm.ptr -> i64
  %new = arith.addi %old, %one : i64
  llvm.store %new, %schedule : i64, !llvm.ptr
  %q = llvm.getelementptr %schedule[0, 5] : (!llvm.ptr) -> !llvm.ptr, !schedule
  llvm.store %zero, %q : i64, !llvm.ptr
  return
}

func.func private @hcl.rt.set_state(%task: !llvm.ptr, %state: i64, %fifo: !llvm.ptr) {
  %p = llvm.getelementptr %task[0, 1] : (!llvm.ptr) -> !llvm.ptr, !task
  llvm.store %state, %p : i64, !llvm.ptr
  %q = llvm.getelementptr %task[0, 2] : (!llvm.ptr) -> !llvm.ptr, !task
  llvm.store %fifo, %q : !llvm.ptr, !llvm.ptr
  return
}

func.func private @hcl.rt.advance(%task: !llvm.ptr, %cycles: i64) {
  %clock = llvm.load %task : !llvm.ptr -> i64
  %later = arith.addi %clock, %cycles : i64
  llvm.store %later, %task : i64, !llvm.ptr
  return
}

// --- FIFOs ------------------------------------------------------------------------------------

func.func private @hcl.rt.streams(%task: !llvm.ptr, %site: i64, %count: i64, %declared: i64, %bytes: i64) -> !llvm.ptr {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %fifo_bytes = arith.constant 104 : i64
  %group_bytes = arith.constant 40 : i64
  %fifos = func.call @hcl.rt.zeroed(%count, %fifo_bytes) : (i64, i64) -> !llvm.ptr
  scf.for %number = %zero to %count step %one : i64 {
    %fifo = func.call @hcl.rt.fifo(%fifos, %number) : (!llvm.ptr, i64) -> !llvm.ptr
    %depth = llvm.call @hcl.rt.depth(%site, %number, %declared) : (i64, i64, i64) -> i64
    llvm.store %depth, %fifo : i64, !llvm.ptr
    %p = llvm.getelementptr %fifo[0, 1] : (!llvm.ptr) -> !llvm.ptr, !fifo
    llvm.store %bytes, %p : i64, !llvm.ptr
    %size = arith.muli %depth, %bytes : i64
    %slots = llvm.call @malloc(%size) : (i64) -> !llvm.ptr
    %q = llvm.getelementptr %fifo[0, 2] : (!llvm.ptr) -> !llvm.ptr, !fifo
    llvm.store %slots, %q : !llvm.ptr, !llvm.ptr
  }
  %group = func.call @hcl.rt.zeroed(%one, %group_bytes) : (i64, i64) -> !llvm.ptr
  llvm.store %fifos, %group : !llvm.ptr, !llvm.ptr
  %g1 = llvm.getelementptr %group[0, 1] : (!llvm.ptr) -> !llvm.ptr, !group
  llvm.store %count, %g1 : i64, !llvm.ptr
  %g2 = llvm.getelementptr %group[0, 2] : (!llvm.ptr) -> !llvm.ptr, !group
  llvm.store %site, %g2 : i64, !llvm.ptr
  %g3 = llvm.getelementptr %group[0, 3] : (!llvm.ptr) -> !llvm.ptr, !group
  llvm.store %task, %g3 : !llvm.ptr, !llvm.ptr
  %t = llvm.getelementptr %task[0, 10] : (!llvm.ptr) -> !llvm.ptr, !task
  %schedule = llvm.load %t : !llvm.ptr -> !llvm.ptr
  %s = llvm.getelementptr %schedule[0, 3] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %first = llvm.load %s : !llvm.ptr -> !llvm.ptr
  %g4 = llvm.getelementptr %group[0, 4] : (!llvm.ptr) -> !llvm.ptr, !group
  llvm.store %first, %g4 : !llvm.ptr, !llvm.ptr
  llvm.store %group, %s : !llvm.ptr, !llvm.ptr
  return %fifos : !llvm.ptr
}

func.func private @hcl.rt.fifo(%fifos: !llvm.ptr, %number: i64) -> !llvm.ptr {
  %fifo = llvm.getelementptr %fifos[%number] : (!llvm.ptr, i64) -> !llvm.ptr, !fifo
  return %fifo : !llvm.ptr
}

func.func private @hcl.rt.fill(%fifo: !llvm.ptr) -> i64 {
  %p = llvm.getelementptr %fifo[0, 3] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %puts = llvm.load %p : !llvm.ptr -> i64
  %q = llvm.getelementptr %fifo[0, 4] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %gets = llvm.load %q : !llvm.ptr -> i64
  %fill = arith.subi %puts, %gets : i64
  return %fill : i64
}

func.func private @hcl.rt.set_endpoints(%task: !llvm.ptr, %fifo: !llvm.ptr, %is_put: i1) {
  scf.if %is_put {
    %p = llvm.getelementptr %fifo[0, 9] : (!llvm.ptr) -> !llvm.ptr, !fifo
    llvm.store %task, %p : !llvm.ptr, !llvm.ptr
  } else {
    %p = llvm.getelementptr %fifo[0, 10] : (!llvm.ptr) -> !llvm.ptr, !fifo
    llvm.store %task, %p : !llvm.ptr, !llvm.ptr
  }
  return
}

// Whether a put must wait for room; a get for a token.
func.func private @hcl.rt.must_wait_put(%task: !llvm.ptr, %fifo: !llvm.ptr) -> i1 {
  %none = llvm.mlir.zero : !llvm.ptr
  %running = arith.constant 0 : i64
  %waiting = arith.constant 1 : i64
  %true = arith.constant true
  func.call @hcl.rt.set_endpoints(%task, %fifo, %true) : (!llvm.ptr, !llvm.ptr, i1) -> ()
  %depth = llvm.load %fifo : !llvm.ptr -> i64
  %fill = func.call @hcl.rt.fill(%fifo) : (!llvm.ptr) -> i64
  %full = arith.cmpi sge, %fill, %depth : i64
  %state = arith.select %full, %waiting, %running : i64
  %awaited = arith.select %full, %fifo, %none : !llvm.ptr
  func.call @hcl.rt.set_state(%task, %state, %awaited) : (!llvm.ptr, i64, !llvm.ptr) -> ()
  return %full : i1
}

func.func private @hcl.rt.must_wait_get(%task: !llvm.ptr, %fifo: !llvm.ptr) -> i1 {
  %none = llvm.mlir.zero : !llvm.ptr
  %running = arith.constant 0 : i64
  %waiting = arith.constant 2 : i64
  %false = arith.constant false
  func.call @hcl.rt.set_endpoints(%task, %fifo, %false) : (!llvm.ptr, !llvm.ptr, i1) -> ()
  %fill = func.call @hcl.rt.fill(%fifo) : (!llvm.ptr) -> i64
  %empty = arith.cmpi eq, %fill, %running : i64
  %state = arith.select %empty, %waiting, %running : i64
  %awaited = arith.select %empty, %fifo, %none : !llvm.ptr
  func.call @hcl.rt.set_state(%task, %state, %awaited) : (!llvm.ptr, i64, !llvm.ptr) -> ()
  return %empty : i1
}

// Note the time of a token at a list of times that grows: (list, room, number of the token, time).
func.func private @hcl.rt.note_time(%list: !llvm.ptr, %room: !llvm.ptr, %number: i64, %time: i64) {
  %two = arith.constant 2 : i64
  %eight = arith.constant 8 : i64
  %least = arith.constant 16 : i64
  %capacity = llvm.load %room : !llvm.ptr -> i64
  %is_full = arith.cmpi eq, %capacity, %number : i64
  scf.if %is_full {
    %double = arith.muli %capacity, %two : i64
    %larger = arith.maxsi %double, %least : i64
    %size = arith.muli %larger, %eight : i64
    %old = llvm.load %list : !llvm.ptr -> !llvm.ptr
    %new = llvm.call @realloc(%old, %size) : (!llvm.ptr, i64) -> !llvm.ptr
    llvm.store %new, %list : !llvm.ptr, !llvm.ptr
    llvm.store %larger, %room : i64, !llvm.ptr
  }
  %times = llvm.load %list : !llvm.ptr -> !llvm.ptr
  %entry = llvm.getelementptr %times[%number] : (!llvm.ptr, i64) -> !llvm.ptr, i64
  llvm.store %time, %entry : i64, !llvm.ptr
  return
}

// Move the clock of a task that is ready at its clock + offset, but not before the FIFO's port is, on
// to `earliest`; returns the time of the access. The cycles lost are added to the task's field and to
// the FIFO's: what the port takes is in the interval of the loop already.
func.func private @hcl.rt.stall(%task: !llvm.ptr, %offset: i64, %port: i64, %earliest: i64, %lost: !llvm.ptr, %fifo_lost: !llvm.ptr) -> i64 {
  %clock = llvm.load %task : !llvm.ptr -> i64
  %wanted = arith.addi %clock, %offset : i64
  %ready = arith.maxsi %wanted, %port : i64
  %time = arith.maxsi %ready, %earliest : i64
  %stall = arith.subi %time, %ready : i64
  %later = arith.addi %clock, %stall : i64
  llvm.store %later, %task : i64, !llvm.ptr
  %a = llvm.load %lost : !llvm.ptr -> i64
  %b = arith.addi %a, %stall : i64
  llvm.store %b, %lost : i64, !llvm.ptr
  %c = llvm.load %fifo_lost : !llvm.ptr -> i64
  %d = arith.addi %c, %stall : i64
  llvm.store %d, %fifo_lost : i64, !llvm.ptr
  return %time : i64
}

func.func private @hcl.rt.slot(%fifo: !llvm.ptr, %number: i64) -> !llvm.ptr {
  %depth = llvm.load %fifo : !llvm.ptr -> i64
  %p = llvm.getelementptr %fifo[0, 1] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %bytes = llvm.load %p : !llvm.ptr -> i64
  %q = llvm.getelementptr %fifo[0, 2] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %slots = llvm.load %q : !llvm.ptr -> !llvm.ptr
  %position = arith.remui %number, %depth : i64
  %offset = arith.muli %position, %bytes : i64
  %slot = llvm.getelementptr %slots[%offset] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  return %slot : !llvm.ptr
}

// When the token of that number was noted, plus a cycle; 0 for a negative number.
func.func private @hcl.rt.after(%list: !llvm.ptr, %number: i64) -> i64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %is_noted = arith.cmpi sge, %number, %zero : i64
  %after = scf.if %is_noted -> i64 {
    %times = llvm.load %list : !llvm.ptr -> !llvm.ptr
    %entry = llvm.getelementptr %times[%number] : (!llvm.ptr, i64) -> !llvm.ptr, i64
    %time = llvm.load %entry : !llvm.ptr -> i64
    %next = arith.addi %time, %one : i64
    scf.yield %next : i64
  } else {
    scf.yield %zero : i64
  }
  return %after : i64
}

// Claim the next free slot, which must be there, to store a token in.
func.func private @hcl.rt.claim_put(%task: !llvm.ptr, %fifo: !llvm.ptr, %offset: i64) -> !llvm.ptr {
  %one = arith.constant 1 : i64
  %puts = llvm.getelementptr %fifo[0, 3] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %number = llvm.load %puts : !llvm.ptr -> i64
  %depth = llvm.load %fifo : !llvm.ptr -> i64
  %freed = arith.subi %number, %depth : i64
  %get_times = llvm.getelementptr %fifo[0, 7] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %is_free = func.call @hcl.rt.after(%get_times, %freed) : (!llvm.ptr, i64) -> i64
  %put_times = llvm.getelementptr %fifo[0, 5] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %last = arith.subi %number, %one : i64
  %port = func.call @hcl.rt.after(%put_times, %last) : (!llvm.ptr, i64) -> i64
  %lost = llvm.getelementptr %task[0, 8] : (!llvm.ptr) -> !llvm.ptr, !task
  %fifo_lost = llvm.getelementptr %fifo[0, 11] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %time = func.call @hcl.rt.stall(%task, %offset, %port, %is_free, %lost, %fifo_lost) : (!llvm.ptr, i64, i64, i64, !llvm.ptr, !llvm.ptr) -> i64
  %room = llvm.getelementptr %fifo[0, 6] : (!llvm.ptr) -> !llvm.ptr, !fifo
  func.call @hcl.rt.note_time(%put_times, %room, %number, %time) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
  %next = arith.addi %number, %one : i64
  llvm.store %next, %puts : i64, !llvm.ptr
  func.call @hcl.rt.progress(%task) : (!llvm.ptr) -> ()
  %slot = func.call @hcl.rt.slot(%fifo, %number) : (!llvm.ptr, i64) -> !llvm.ptr
  return %slot : !llvm.ptr
}

// Claim the oldest token, which must be there; it stays valid until the task suspends.
func.func private @hcl.rt.claim_get(%task: !llvm.ptr, %fifo: !llvm.ptr, %offset: i64) -> !llvm.ptr {
  %one = arith.constant 1 : i64
  %gets = llvm.getelementptr %fifo[0, 4] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %number = llvm.load %gets : !llvm.ptr -> i64
  %put_times = llvm.getelementptr %fifo[0, 5] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %is_there = func.call @hcl.rt.after(%put_times, %number) : (!llvm.ptr, i64) -> i64
  %get_times = llvm.getelementptr %fifo[0, 7] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %last = arith.subi %number, %one : i64
  %port = func.call @hcl.rt.after(%get_times, %last) : (!llvm.ptr, i64) -> i64
  %lost = llvm.getelementptr %task[0, 9] : (!llvm.ptr) -> !llvm.ptr, !task
  %fifo_lost = llvm.getelementptr %fifo[0, 12] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %time = func.call @hcl.rt.stall(%task, %offset, %port, %is_there, %lost, %fifo_lost) : (!llvm.ptr, i64, i64, i64, !llvm.ptr, !llvm.ptr) -> i64
  %room = llvm.getelementptr %fifo[0, 8] : (!llvm.ptr) -> !llvm.ptr, !fifo
  func.call @hcl.rt.note_time(%get_times, %room, %number, %time) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
  %next = arith.addi %number, %one : i64
  llvm.store %next, %gets : i64, !llvm.ptr
  func.call @hcl.rt.progress(%task) : (!llvm.ptr) -> ()
  %slot = func.call @hcl.rt.slot(%fifo, %number) : (!llvm.ptr, i64) -> !llvm.ptr
  return %slot : !llvm.ptr
}

// --- questions about a FIFO: 0 no, 1 yes, 2 not known yet ---------------------------------------

// Count an answer; whether so many have been given since the last progress that no end is in sight.
func.func private @hcl.rt.is_endless(%schedule: !llvm.ptr, %weight: i64) -> i1 {
  %patience = arith.constant 5000000 : i64
  %p = llvm.getelementptr %schedule[0, 5] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %count = llvm.load %p : !llvm.ptr -> i64
  %more = arith.addi %count, %weight : i64
  llvm.store %more, %p : i64, !llvm.ptr
  %is_endless = arith.cmpi sgt, %more, %patience : i64
  return %is_endless : i1
}

// Whether at clock + offset the event (a put or a get) of that number has not happened yet, which
// only the task at the other end can bring about.
func.func private @hcl.rt.not_yet(%task: !llvm.ptr, %fifo: !llvm.ptr, %offset: i64, %number: i64, %done: i64, %list: !llvm.ptr, %other: !llvm.ptr) -> i64 {
  %no = arith.constant 0 : i64
  %yes = arith.constant 1 : i64
  %unknown = arith.constant 2 : i64
  %asking = arith.constant 3 : i64
  %finished = arith.constant 6 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %clock = llvm.load %task : !llvm.ptr -> i64
  %now = arith.addi %clock, %offset : i64
  %is_noted = arith.cmpi slt, %number, %done : i64
  %answer = scf.if %is_noted -> i64 {
    %visible = func.call @hcl.rt.after(%list, %number) : (!llvm.ptr, i64) -> i64
    %later = arith.cmpi sgt, %visible, %now : i64
    %known = arith.extui %later : i1 to i64
    scf.yield %known : i64
  } else {
    %p = llvm.getelementptr %task[0, 10] : (!llvm.ptr) -> !llvm.ptr, !task
    %schedule = llvm.load %p : !llvm.ptr -> !llvm.ptr
    %q = llvm.getelementptr %schedule[0, 4] : (!llvm.ptr) -> !llvm.ptr, !schedule
    %forced = llvm.load %q : !llvm.ptr -> !llvm.ptr
    %is_forced = llvm.icmp "eq" %forced, %task : !llvm.ptr
    %guess = scf.if %is_forced -> i64 {
      llvm.store %none, %q : !llvm.ptr, !llvm.ptr
      scf.yield %yes : i64
    } else {
      %has_other = llvm.icmp "ne" %other, %none : !llvm.ptr
      %told = scf.if %has_other -> i64 {
        %there = llvm.load %other : !llvm.ptr -> i64
        %r = llvm.getelementptr %other[0, 1] : (!llvm.ptr) -> !llvm.ptr, !task
        %state = llvm.load %r : !llvm.ptr -> i64
        %is_done = arith.cmpi eq, %state, %finished : i64
        %is_past = arith.cmpi sge, %there, %now : i64
        %is_known = arith.ori %is_done, %is_past : i1
        %is_endless = func.call @hcl.rt.is_endless(%schedule, %yes) : (!llvm.ptr, i64) -> i1
        %goes_on = arith.select %is_endless, %unknown, %yes : i64
        %result = arith.select %is_known, %goes_on, %unknown : i64
        scf.yield %result : i64
      } else {
        scf.yield %unknown : i64
      }
      scf.yield %told : i64
    }
    scf.yield %guess : i64
  }
  %is_unknown = arith.cmpi eq, %answer, %unknown : i64
  %state = arith.select %is_unknown, %asking, %no : i64
  %awaited = arith.select %is_unknown, %fifo, %none : !llvm.ptr
  func.call @hcl.rt.set_state(%task, %state, %awaited) : (!llvm.ptr, i64, !llvm.ptr) -> ()
  return %answer : i64
}

func.func private @hcl.rt.is_empty(%task: !llvm.ptr, %fifo: !llvm.ptr, %offset: i64) -> i64 {
  %g = llvm.getelementptr %fifo[0, 4] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %gets = llvm.load %g : !llvm.ptr -> i64
  %p = llvm.getelementptr %fifo[0, 3] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %puts = llvm.load %p : !llvm.ptr -> i64
  %times = llvm.getelementptr %fifo[0, 5] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %q = llvm.getelementptr %fifo[0, 9] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %producer = llvm.load %q : !llvm.ptr -> !llvm.ptr
  %answer = func.call @hcl.rt.not_yet(%task, %fifo, %offset, %gets, %puts, %times, %producer) : (!llvm.ptr, !llvm.ptr, i64, i64, i64, !llvm.ptr, !llvm.ptr) -> i64
  return %answer : i64
}

func.func private @hcl.rt.is_full(%task: !llvm.ptr, %fifo: !llvm.ptr, %offset: i64) -> i64 {
  %depth = llvm.load %fifo : !llvm.ptr -> i64
  %p = llvm.getelementptr %fifo[0, 3] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %puts = llvm.load %p : !llvm.ptr -> i64
  %freed = arith.subi %puts, %depth : i64
  %g = llvm.getelementptr %fifo[0, 4] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %gets = llvm.load %g : !llvm.ptr -> i64
  %times = llvm.getelementptr %fifo[0, 7] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %q = llvm.getelementptr %fifo[0, 10] : (!llvm.ptr) -> !llvm.ptr, !fifo
  %consumer = llvm.load %q : !llvm.ptr -> !llvm.ptr
  %answer = func.call @hcl.rt.not_yet(%task, %fifo, %offset, %freed, %gets, %times, %consumer) : (!llvm.ptr, !llvm.ptr, i64, i64, i64, !llvm.ptr, !llvm.ptr) -> i64
  return %answer : i64
}

// --- tasks --------------------------------------------------------------------------------------

func.func private @hcl.rt.task(%parent: !llvm.ptr, %schedule: !llvm.ptr, %site: i64) -> !llvm.ptr {
  %one = arith.constant 1 : i64
  %bytes = arith.constant 120 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %task = func.call @hcl.rt.zeroed(%one, %bytes) : (i64, i64) -> !llvm.ptr
  %t4 = llvm.getelementptr %task[0, 4] : (!llvm.ptr) -> !llvm.ptr, !task
  llvm.store %parent, %t4 : !llvm.ptr, !llvm.ptr
  %t6 = llvm.getelementptr %task[0, 6] : (!llvm.ptr) -> !llvm.ptr, !task
  llvm.store %site, %t6 : i64, !llvm.ptr
  %t10 = llvm.getelementptr %task[0, 10] : (!llvm.ptr) -> !llvm.ptr, !task
  llvm.store %schedule, %t10 : !llvm.ptr, !llvm.ptr
  %has_parent = llvm.icmp "ne" %parent, %none : !llvm.ptr
  scf.if %has_parent {
    %clock = llvm.load %parent : !llvm.ptr -> i64
    llvm.store %clock, %task : i64, !llvm.ptr
    %t7 = llvm.getelementptr %task[0, 7] : (!llvm.ptr) -> !llvm.ptr, !task
    llvm.store %clock, %t7 : i64, !llvm.ptr
    %p = llvm.getelementptr %parent[0, 5] : (!llvm.ptr) -> !llvm.ptr, !task
    %children = llvm.load %p : !llvm.ptr -> i64
    %more = arith.addi %children, %one : i64
    llvm.store %more, %p : i64, !llvm.ptr
  }
  %f = llvm.getelementptr %schedule[0, 1] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %l = llvm.getelementptr %schedule[0, 2] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %last = llvm.load %l : !llvm.ptr -> !llvm.ptr
  %is_first = llvm.icmp "eq" %last, %none : !llvm.ptr
  scf.if %is_first {
    llvm.store %task, %f : !llvm.ptr, !llvm.ptr
  } else {
    %n = llvm.getelementptr %last[0, 11] : (!llvm.ptr) -> !llvm.ptr, !task
    llvm.store %task, %n : !llvm.ptr, !llvm.ptr
  }
  llvm.store %task, %l : !llvm.ptr, !llvm.ptr
  %e = llvm.getelementptr %schedule[0, 7] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %tail = llvm.load %e : !llvm.ptr -> !llvm.ptr
  llvm.store %task, %tail : !llvm.ptr, !llvm.ptr
  %t14 = llvm.getelementptr %task[0, 14] : (!llvm.ptr) -> !llvm.ptr, !task
  llvm.store %t14, %e : !llvm.ptr, !llvm.ptr
  func.call @hcl.rt.progress(%task) : (!llvm.ptr) -> ()
  return %task : !llvm.ptr
}

func.func private @hcl.rt.child(%parent: !llvm.ptr, %site: i64) -> !llvm.ptr {
  %p = llvm.getelementptr %parent[0, 10] : (!llvm.ptr) -> !llvm.ptr, !task
  %schedule = llvm.load %p : !llvm.ptr -> !llvm.ptr
  %task = func.call @hcl.rt.task(%parent, %schedule, %site) : (!llvm.ptr, !llvm.ptr, i64) -> !llvm.ptr
  return %task : !llvm.ptr
}

func.func private @hcl.rt.finish(%task: !llvm.ptr) {
  %one = arith.constant 1 : i64
  %done = arith.constant 6 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  func.call @hcl.rt.set_state(%task, %done, %none) : (!llvm.ptr, i64, !llvm.ptr) -> ()
  %p = llvm.getelementptr %task[0, 4] : (!llvm.ptr) -> !llvm.ptr, !task
  %parent = llvm.load %p : !llvm.ptr -> !llvm.ptr
  %has_parent = llvm.icmp "ne" %parent, %none : !llvm.ptr
  scf.if %has_parent {
    %c = llvm.getelementptr %parent[0, 5] : (!llvm.ptr) -> !llvm.ptr, !task
    %children = llvm.load %c : !llvm.ptr -> i64
    %fewer = arith.subi %children, %one : i64
    llvm.store %fewer, %c : i64, !llvm.ptr
    %e = llvm.getelementptr %parent[0, 12] : (!llvm.ptr) -> !llvm.ptr, !task
    %end = llvm.load %e : !llvm.ptr -> i64
    %clock = llvm.load %task : !llvm.ptr -> i64
    %latest = arith.maxsi %end, %clock : i64
    llvm.store %latest, %e : i64, !llvm.ptr
  }
  func.call @hcl.rt.progress(%task) : (!llvm.ptr) -> ()
  return
}

func.func private @hcl.rt.must_wait_children(%task: !llvm.ptr) -> i1 {
  %zero = arith.constant 0 : i64
  %waiting = arith.constant 4 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %c = llvm.getelementptr %task[0, 5] : (!llvm.ptr) -> !llvm.ptr, !task
  %children = llvm.load %c : !llvm.ptr -> i64
  %must_wait = arith.cmpi sgt, %children, %zero : i64
  %state = arith.select %must_wait, %waiting, %zero : i64
  func.call @hcl.rt.set_state(%task, %state, %none) : (!llvm.ptr, i64, !llvm.ptr) -> ()
  %e = llvm.getelementptr %task[0, 12] : (!llvm.ptr) -> !llvm.ptr, !task
  %end = llvm.load %e : !llvm.ptr -> i64
  %clock = llvm.load %task : !llvm.ptr -> i64
  %latest = arith.maxsi %end, %clock : i64
  llvm.store %latest, %task : i64, !llvm.ptr
  return %must_wait : i1
}

// A task that reads what another leaves in an array starts when the other has ended. The tasks that
// it still waits for are a list of pairs (task, next).
func.func private @hcl.rt.await(%task: !llvm.ptr, %other: !llvm.ptr) {
  %one = arith.constant 1 : i64
  %bytes = arith.constant 16 : i64
  %pair = func.call @hcl.rt.zeroed(%one, %bytes) : (i64, i64) -> !llvm.ptr
  %a = llvm.getelementptr %task[0, 13] : (!llvm.ptr) -> !llvm.ptr, !task
  %rest = llvm.load %a : !llvm.ptr -> !llvm.ptr
  llvm.store %other, %pair : !llvm.ptr, !llvm.ptr
  %n = llvm.getelementptr %pair[8] : (!llvm.ptr) -> !llvm.ptr, i8
  llvm.store %rest, %n : !llvm.ptr, !llvm.ptr
  llvm.store %pair, %a : !llvm.ptr, !llvm.ptr
  return
}

func.func private @hcl.rt.must_wait_start(%task: !llvm.ptr) -> i1 {
  %running = arith.constant 0 : i64
  %waiting = arith.constant 5 : i64
  %done = arith.constant 6 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %a = llvm.getelementptr %task[0, 13] : (!llvm.ptr) -> !llvm.ptr, !task
  %first = llvm.load %a : !llvm.ptr -> !llvm.ptr
  %left = scf.while (%pair = %first) : (!llvm.ptr) -> !llvm.ptr {
    %is_more = llvm.icmp "ne" %pair, %none : !llvm.ptr
    %is_done = scf.if %is_more -> i1 {
      %other = llvm.load %pair : !llvm.ptr -> !llvm.ptr
      %p = llvm.getelementptr %other[0, 1] : (!llvm.ptr) -> !llvm.ptr, !task
      %state = llvm.load %p : !llvm.ptr -> i64
      %ended = arith.cmpi eq, %state, %done : i64
      scf.yield %ended : i1
    } else {
      scf.yield %is_more : i1
    }
    scf.condition(%is_done) %pair : !llvm.ptr
  } do {
  ^bb0(%pair: !llvm.ptr):
    %other = llvm.load %pair : !llvm.ptr -> !llvm.ptr
    %end = llvm.load %other : !llvm.ptr -> i64
    %clock = llvm.load %task : !llvm.ptr -> i64
    %latest = arith.maxsi %clock, %end : i64
    llvm.store %latest, %task : i64, !llvm.ptr
    %s = llvm.getelementptr %task[0, 7] : (!llvm.ptr) -> !llvm.ptr, !task
    llvm.store %latest, %s : i64, !llvm.ptr
    %n = llvm.getelementptr %pair[8] : (!llvm.ptr) -> !llvm.ptr, i8
    %next = llvm.load %n : !llvm.ptr -> !llvm.ptr
    llvm.store %next, %a : !llvm.ptr, !llvm.ptr
    llvm.call @free(%pair) : (!llvm.ptr) -> ()
    scf.yield %next : !llvm.ptr
  }
  %must_wait = llvm.icmp "ne" %left, %none : !llvm.ptr
  %state = arith.select %must_wait, %waiting, %running : i64
  func.call @hcl.rt.set_state(%task, %state, %none) : (!llvm.ptr, i64, !llvm.ptr) -> ()
  return %must_wait : i1
}

// --- a run --------------------------------------------------------------------------------------

func.func private @hcl.rt.begin() -> !llvm.ptr {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %bytes = arith.constant 64 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %root_site = arith.constant -1 : i64
  %schedule = func.call @hcl.rt.zeroed(%one, %bytes) : (i64, i64) -> !llvm.ptr
  %open = llvm.getelementptr %schedule[0, 6] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %tail = llvm.getelementptr %schedule[0, 7] : (!llvm.ptr) -> !llvm.ptr, !schedule
  llvm.store %open, %tail : !llvm.ptr, !llvm.ptr
  %root = func.call @hcl.rt.task(%none, %schedule, %root_site) : (!llvm.ptr, !llvm.ptr, i64) -> !llvm.ptr
  return %root : !llvm.ptr
}

// Resume every task that is not done, in the order in which they were made. Those that are done leave
// the list of open ones: a function that is called in a loop makes new tasks each time.
func.func private @hcl.rt.round(%schedule: !llvm.ptr) {
  %done = arith.constant 6 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %first = llvm.getelementptr %schedule[0, 6] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %tail = llvm.getelementptr %schedule[0, 7] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %end = scf.while (%link = %first) : (!llvm.ptr) -> !llvm.ptr {
    %task = llvm.load %link : !llvm.ptr -> !llvm.ptr
    %go = llvm.icmp "ne" %task, %none : !llvm.ptr
    scf.condition(%go) %link : !llvm.ptr
  } do {
  ^bb0(%link: !llvm.ptr):
    %task = llvm.load %link : !llvm.ptr -> !llvm.ptr
    %n = llvm.getelementptr %task[0, 14] : (!llvm.ptr) -> !llvm.ptr, !task
    %p = llvm.getelementptr %task[0, 1] : (!llvm.ptr) -> !llvm.ptr, !task
    %state = llvm.load %p : !llvm.ptr -> i64
    %is_done = arith.cmpi eq, %state, %done : i64
    %following = scf.if %is_done -> !llvm.ptr {
      %next = llvm.load %n : !llvm.ptr -> !llvm.ptr
      llvm.store %next, %link : !llvm.ptr, !llvm.ptr
      %is_last = llvm.icmp "eq" %next, %none : !llvm.ptr
      scf.if %is_last {
        llvm.store %link, %tail : !llvm.ptr, !llvm.ptr
      }
      scf.yield %link : !llvm.ptr
    } else {
      %h = llvm.getelementptr %task[0, 3] : (!llvm.ptr) -> !llvm.ptr, !task
      %handle = llvm.load %h : !llvm.ptr -> !llvm.ptr
      llvm.intr.coro.resume %handle : !llvm.ptr
      scf.yield %n : !llvm.ptr
    }
    scf.yield %following : !llvm.ptr
  }
  return
}

// Nobody can go on unless a question is answered "not yet": the one asked at the earliest time can
// be, since nothing that is still to come happens before. Returns whether there is one.
func.func private @hcl.rt.answer_one(%schedule: !llvm.ptr) -> i1 {
  %asking = arith.constant 3 : i64
  %never = arith.constant 9223372036854775807 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %f = llvm.getelementptr %schedule[0, 6] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %first = llvm.load %f : !llvm.ptr -> !llvm.ptr
  %end, %chosen, %when = scf.while (%task = %first, %best = %none, %time = %never) : (!llvm.ptr, !llvm.ptr, i64) -> (!llvm.ptr, !llvm.ptr, i64) {
    %go = llvm.icmp "ne" %task, %none : !llvm.ptr
    scf.condition(%go) %task, %best, %time : !llvm.ptr, !llvm.ptr, i64
  } do {
  ^bb0(%task: !llvm.ptr, %best: !llvm.ptr, %time: i64):
    %p = llvm.getelementptr %task[0, 1] : (!llvm.ptr) -> !llvm.ptr, !task
    %state = llvm.load %p : !llvm.ptr -> i64
    %asks = arith.cmpi eq, %state, %asking : i64
    %clock = llvm.load %task : !llvm.ptr -> i64
    %is_earlier = arith.cmpi slt, %clock, %time : i64
    %is_better = arith.andi %asks, %is_earlier : i1
    %new_best = arith.select %is_better, %task, %best : !llvm.ptr
    %new_time = arith.select %is_better, %clock, %time : i64
    %n = llvm.getelementptr %task[0, 14] : (!llvm.ptr) -> !llvm.ptr, !task
    %next = llvm.load %n : !llvm.ptr -> !llvm.ptr
    scf.yield %next, %new_best, %new_time : !llvm.ptr, !llvm.ptr, i64
  }
  %found = llvm.icmp "ne" %chosen, %none : !llvm.ptr
  %q = llvm.getelementptr %schedule[0, 4] : (!llvm.ptr) -> !llvm.ptr, !schedule
  llvm.store %chosen, %q : !llvm.ptr, !llvm.ptr
  return %found : i1
}

// Run until the root is done (0), nobody can go on (1), or questions are all that is left (2).
func.func private @hcl.rt.run(%root: !llvm.ptr) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %done = arith.constant 6 : i64
  %going = arith.constant -1 : i64
  %round = arith.constant 50 : i64
  %t = llvm.getelementptr %root[0, 10] : (!llvm.ptr) -> !llvm.ptr, !task
  %schedule = llvm.load %t : !llvm.ptr -> !llvm.ptr
  %outcome = scf.while (%state = %going) : (i64) -> i64 {
    %go = arith.cmpi eq, %state, %going : i64
    scf.condition(%go) %state : i64
  } do {
  ^bb0(%before: i64):
    %old = llvm.load %schedule : !llvm.ptr -> i64
    func.call @hcl.rt.round(%schedule) : (!llvm.ptr) -> ()
    %new = llvm.load %schedule : !llvm.ptr -> i64
    %p = llvm.getelementptr %root[0, 1] : (!llvm.ptr) -> !llvm.ptr, !task
    %root_state = llvm.load %p : !llvm.ptr -> i64
    %is_done = arith.cmpi eq, %root_state, %done : i64
    %is_stuck = arith.cmpi eq, %old, %new : i64
    %next = scf.if %is_done -> i64 {
      scf.yield %zero : i64
    } else {
      %result = scf.if %is_stuck -> i64 {
        %answered = func.call @hcl.rt.answer_one(%schedule) : (!llvm.ptr) -> i1
        %is_endless = func.call @hcl.rt.is_endless(%schedule, %round) : (!llvm.ptr, i64) -> i1
        %continued = arith.select %is_endless, %two, %going : i64
        %verdict = arith.select %answered, %continued, %one : i64
        scf.yield %verdict : i64
      } else {
        scf.yield %going : i64
      }
      scf.yield %result : i64
    }
    scf.yield %next : i64
  }
  llvm.call @hcl.rt.ended(%schedule, %outcome) : (!llvm.ptr, i64) -> ()
  func.call @hcl.rt.free_all(%schedule) : (!llvm.ptr) -> ()
  return
}

func.func private @hcl.rt.free_all(%schedule: !llvm.ptr) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llvm.mlir.zero : !llvm.ptr
  %f = llvm.getelementptr %schedule[0, 1] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %first = llvm.load %f : !llvm.ptr -> !llvm.ptr
  %end = scf.while (%task = %first) : (!llvm.ptr) -> !llvm.ptr {
    %go = llvm.icmp "ne" %task, %none : !llvm.ptr
    scf.condition(%go) %task : !llvm.ptr
  } do {
  ^bb0(%task: !llvm.ptr):
    %h = llvm.getelementptr %task[0, 3] : (!llvm.ptr) -> !llvm.ptr, !task
    %handle = llvm.load %h : !llvm.ptr -> !llvm.ptr
    llvm.call_intrinsic "llvm.coro.destroy"(%handle) : (!llvm.ptr) -> ()
    %n = llvm.getelementptr %task[0, 11] : (!llvm.ptr) -> !llvm.ptr, !task
    %next = llvm.load %n : !llvm.ptr -> !llvm.ptr
    llvm.call @free(%task) : (!llvm.ptr) -> ()
    scf.yield %next : !llvm.ptr
  }
  %g = llvm.getelementptr %schedule[0, 3] : (!llvm.ptr) -> !llvm.ptr, !schedule
  %group = llvm.load %g : !llvm.ptr -> !llvm.ptr
  %last = scf.while (%each = %group) : (!llvm.ptr) -> !llvm.ptr {
    %go = llvm.icmp "ne" %each, %none : !llvm.ptr
    scf.condition(%go) %each : !llvm.ptr
  } do {
  ^bb0(%each: !llvm.ptr):
    %fifos = llvm.load %each : !llvm.ptr -> !llvm.ptr
    %c = llvm.getelementptr %each[0, 1] : (!llvm.ptr) -> !llvm.ptr, !group
    %count = llvm.load %c : !llvm.ptr -> i64
    scf.for %number = %zero to %count step %one : i64 {
      %fifo = func.call @hcl.rt.fifo(%fifos, %number) : (!llvm.ptr, i64) -> !llvm.ptr
      %s2 = llvm.getelementptr %fifo[0, 2] : (!llvm.ptr) -> !llvm.ptr, !fifo
      %slots = llvm.load %s2 : !llvm.ptr -> !llvm.ptr
      llvm.call @free(%slots) : (!llvm.ptr) -> ()
      %s5 = llvm.getelementptr %fifo[0, 5] : (!llvm.ptr) -> !llvm.ptr, !fifo
      %put_times = llvm.load %s5 : !llvm.ptr -> !llvm.ptr
      llvm.call @free(%put_times) : (!llvm.ptr) -> ()
      %s7 = llvm.getelementptr %fifo[0, 7] : (!llvm.ptr) -> !llvm.ptr, !fifo
      %get_times = llvm.load %s7 : !llvm.ptr -> !llvm.ptr
      llvm.call @free(%get_times) : (!llvm.ptr) -> ()
    }
    llvm.call @free(%fifos) : (!llvm.ptr) -> ()
    %n = llvm.getelementptr %each[0, 4] : (!llvm.ptr) -> !llvm.ptr, !group
    %next = llvm.load %n : !llvm.ptr -> !llvm.ptr
    llvm.call @free(%each) : (!llvm.ptr) -> ()
    scf.yield %next : !llvm.ptr
  }
  llvm.call @free(%schedule) : (!llvm.ptr) -> ()
  return
}

package den

// Size is how much of the host a sandbox gets.
type Size struct {
	Name   string // "small"
	Title  string // "Small: 512 MB of memory, half a processor"
	Memory int64  // bytes
	CPU    int64  // thousandths of one processor
	Pids   int64
	Files  int64
	Tmp    int64 // bytes of each place in memory
	Disk   int64 // bytes of the writable layer
	Log    int64 // bytes
	Price  int64 // thousandths of a penny for one hour
}

package den

// NotThere is the revision of a change by who saw that nothing was saved yet, where a
// Rev of 0 takes whatever is there.
const NotThere int64 = -1

// AsSeen is the revision for a change to what was seen at a revision, which is 0 where
// nothing was saved.
func AsSeen(rev int64) int64 {
	if rev == 0 {
		return NotThere
	}
	return rev
}

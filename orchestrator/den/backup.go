package den

// Backup is one copy of everything the den keeps, made at one moment while it ran.
type Backup struct {
	At    Stamp
	Where string // the file, or the command that took it
	Bytes int64
	Error string // why the last try failed, for people; empty: it did not
}

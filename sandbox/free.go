package sandbox

import "syscall"

// FreeOf is how many bytes whoever is not root can still write where a folder is. The
// error is that of statfs(2).
func FreeOf(folder string) (int64, error) {
	var fs syscall.Statfs_t
	err := syscall.Statfs(folder, &fs)
	return int64(fs.Bavail) * fs.Bsize, err //nolint:unconvert // not the same type on every machine
}

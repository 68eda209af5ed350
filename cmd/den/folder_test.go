package main

import (
	"path/filepath"
	"testing"
)

func TestTheDiskOfTheRecordsIsMeasured(t *testing.T) {
	folder := t.TempDir()
	if free := freeOf(folder); free <= 0 {
		t.Errorf("where tests may write, %d bytes are free", free)
	}
	if free := freeOf(filepath.Join(folder, "gone")); free != -1 {
		t.Errorf("of a folder that is not there it says %d", free)
	}
}

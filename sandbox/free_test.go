package sandbox_test

import (
	"path/filepath"
	"testing"

	"innovationden/sandbox"
)

func TestFreeOf(t *testing.T) {
	folder := t.TempDir()
	if free, err := sandbox.FreeOf(folder); err != nil || free <= 0 {
		t.Errorf("where tests may write: %d bytes, %v", free, err)
	}
	if free, err := sandbox.FreeOf(filepath.Join(folder, "gone")); err == nil || free != 0 {
		t.Errorf("of a folder that is not there: %d bytes, %v", free, err)
	}
}

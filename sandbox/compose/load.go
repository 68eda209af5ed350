package compose

import (
	"context"
	"fmt"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// load hands the model to compose-go with every door closed: it reads no file, no
// environment and no other model. The model is given as a map, so that the text is
// parsed once, by us; a second parser could read it otherwise.
func load(ctx context.Context, model map[string]any, profiles []string) (project *types.Project, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the model cannot be read (%v)", p)
		}
	}()
	details := types.ConfigDetails{
		Environment: types.Mapping{},
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte("{}"), Config: model}},
	}
	return loader.LoadWithContext(ctx, details, locked(profiles))
}

// locked are the options under which a stranger's model is read.
func locked(profiles []string) func(*loader.Options) {
	return func(o *loader.Options) {
		o.SetProjectName("stack", true)
		o.SkipExtends = true
		o.SkipInclude = true
		o.SkipResolveEnvironment = true
		o.SkipResolveLabels = true
		o.SkipInterpolation = true
		o.SkipNormalization = true
		o.SkipConsistencyCheck = true // the grammar and sandbox.Spec.Check do so, with lines
		o.Interpolate = nil
		o.ResolvePaths = false
		o.ResourceLoaders = nil
		o.Profiles = profiles
	}
}

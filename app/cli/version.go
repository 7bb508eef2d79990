package cli

import (
	"context"
	"runtime"

	"holdfast/app"
)

type versionCmd struct{ alone }

func (c *versionCmd) run(_ context.Context, s *session) (result, error) {
	b := app.ThisBuild()
	r := result{json: map[string]any{
		"version": b.Version, "revision": b.Revision, "changed": b.Changed,
		"go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "window": s.OwnWindow,
	}}
	r.page.add("holdfast " + b.Version)
	return r, nil
}

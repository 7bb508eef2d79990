package views

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// Engine is what the window needs of *licensing.Engine. Every call may block and is made in the background.
type Engine interface {
	Snapshot() licensing.Snapshot
	Inspect(ctx context.Context, src []licensing.Source) licensing.Report
	Import(ctx context.Context, src []licensing.Source, o licensing.ImportOptions) (licensing.Report, error)
	MakeRequest(ctx context.Context, o licensing.RequestOptions) (licensing.Made, error)
	RequestFile(id string) (licensing.Made, error)
	RequestSaved(ctx context.Context, id, name string) error
	CancelRequest(ctx context.Context, id string) (terms.Request, error)
	Unlock(ctx context.Context) error
	SetUpAgain(ctx context.Context) error
	Watch(fn func(licensing.Snapshot)) (stop func())
}

var _ Engine = (*licensing.Engine)(nil)

// Options is what a window is made from. Engine and Words are required.
type Options struct {
	Engine Engine
	Words  *plain.Speaker
	Zone   *time.Location // nil: the zone of this computer
	Dir    string         // folder that relative file names are relative to
	Env    func(string) string
	// Interactive lets a key store call ask the person; nil leaves contexts as they are.
	Interactive func(context.Context) context.Context

	// Seams for tests; nil takes the real thing.
	Dispatch func(func())                                        // to the main goroutine
	Spawn    func(func())                                        // into the background
	After    func(d time.Duration, f func()) (cancel func())     // f runs anywhere
	Read     func(paths []string, dir string) []licensing.Source // reads files that a person named
}

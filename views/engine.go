package views

import (
	"context"
	"time"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/alarm"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
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
	Tell(ctx context.Context, t licensing.Telling) error
	Files(ctx context.Context) ([]licensing.FileView, error)
	History(ctx context.Context, root, serial string, limit int) ([]licensing.LedgerEntry, error)
	Checks(ctx context.Context) []licensing.Check
	Erase(ctx context.Context) error
	PlacesHeld() []licensing.PlaceHeld
	Away(q terms.Query, until time.Time) []licensing.Cover
	Notices() []licensing.NoticeView
	Grace(ctx context.Context) ([]licensing.GraceEntry, error)
	ConfirmRestore(ctx context.Context) error
	Refresh(ctx context.Context)
	DraftUsage(ctx context.Context, o licensing.UsageOptions) (licensing.UsageDraft, error)
	UsageLeft(ctx context.Context, draftID, name string) error
	SetUsageLevel(ctx context.Context, vendor, level string) error
	Receipts() []licensing.ReceiptView
	ContactLog(ctx context.Context, root string, limit int) ([]reconcile.Contact, error)
	Watch(fn func(licensing.Snapshot)) (stop func())
}

var _ Engine = (*licensing.Engine)(nil)

// Settings are what a person set about the window.
type Settings = app.Settings

// Desk is what the window needs of the program and the desktop around it. Calls that write or start something may block
// and are made in the background.
type Desk interface {
	Settings() Settings
	ChangeSettings(change func(*Settings)) error
	SourceOf(setting string) app.Source
	Policy() policy.Policy       // of the machine, as it was read last
	FollowPolicy() policy.Policy // reads it again
	// SyncNow contacts a vendor now and returns when that ended, at once when ctx does.
	SyncNow(ctx context.Context, root string) (reconcile.Contact, error)
	WindowOpened()                                // a person looks
	DueAlarm(v terms.Verdict) (alarm.Alarm, bool) // marks it as told
	Snooze(until time.Time) error
	ForgetAlarms() error
	Home() string // the folder of the records
	Version() string
	StartsWithComputer() bool
	SetStartsWithComputer(on bool) error
	TrayThere() bool
	OpenURL(address string) error
	OpenDraft(path string) error // a mail ready to be sent
	ShowFolder(path string) error
}

// bareDesk is a program without a desktop around it; settings last as long as the window.
type bareDesk struct{ settings Settings }

func (d *bareDesk) Settings() Settings                      { return d.settings }
func (d *bareDesk) ChangeSettings(fn func(*Settings)) error { fn(&d.settings); return nil }
func (d *bareDesk) SourceOf(string) app.Source              { return app.Source{From: app.FromBuiltIn} }
func (d *bareDesk) Policy() policy.Policy                   { return policy.Policy{} }
func (d *bareDesk) FollowPolicy() policy.Policy             { return policy.Policy{} }
func (d *bareDesk) WindowOpened()                           {}
func (d *bareDesk) SyncNow(context.Context, string) (reconcile.Contact, error) {
	return reconcile.Contact{}, &licensing.Mistake{Code: "no_address"}
}

func (d *bareDesk) DueAlarm(terms.Verdict) (alarm.Alarm, bool) {
	return alarm.Alarm{}, false
}
func (d *bareDesk) Snooze(time.Time) error           { return nil }
func (d *bareDesk) ForgetAlarms() error              { return nil }
func (d *bareDesk) Home() string                     { return "" }
func (d *bareDesk) Version() string                  { return "" }
func (d *bareDesk) StartsWithComputer() bool         { return false }
func (d *bareDesk) SetStartsWithComputer(bool) error { return nil }
func (d *bareDesk) TrayThere() bool                  { return false }
func (d *bareDesk) OpenURL(string) error             { return nil }
func (d *bareDesk) OpenDraft(string) error           { return nil }
func (d *bareDesk) ShowFolder(string) error          { return nil }

// Options is what a window is made from. Engine and Words are required.
type Options struct {
	Engine Engine
	Words  *plain.Speaker
	Zone   *time.Location // nil: the zone of this computer
	Dir    string         // folder that relative file names are relative to
	Env    func(string) string
	System string // language of the system, such as "de-AT"; "" takes what Env says
	Desk   Desk   // nil: settings are not kept, and nothing outside the window is touched
	// Interactive lets a key store call ask the person; nil leaves contexts as they are.
	Interactive func(context.Context) context.Context

	// Seams for tests; nil takes the real thing.
	Dispatch func(func())                                        // to the main goroutine
	Spawn    func(func())                                        // into the background
	After    func(d time.Duration, f func()) (cancel func())     // f runs anywhere
	Read     func(paths []string, dir string) []licensing.Source // reads files that a person named
	Sticks   func() []string                                     // folders of sticks that are plugged in
}

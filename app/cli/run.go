package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"holdfast/app"
	"holdfast/app/local"
	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// Engine is what the verbs need of a *licensing.Engine.
type Engine interface {
	Snapshot() licensing.Snapshot
	Evaluate(q terms.Query) terms.Verdict
	Inspect(ctx context.Context, src []licensing.Source) licensing.Report
	Import(ctx context.Context, src []licensing.Source, o licensing.ImportOptions) (licensing.Report, error)
	MakeRequest(ctx context.Context, o licensing.RequestOptions) (licensing.Made, error)
	Foresee(o licensing.RequestOptions) (licensing.Foreseen, error)
	RequestFile(id string) (licensing.Made, error)
	RequestSaved(ctx context.Context, id, name string) error
	CancelRequest(ctx context.Context, id string) (terms.Request, error)
	Unlock(ctx context.Context) error
	SetUpAgain(ctx context.Context) error
	Ledger(from uint64, fn func(licensing.LedgerEntry) error) error
	VerifyLedger(ctx context.Context) (ledger.Report, error)
	Checks(ctx context.Context) []licensing.Check
	Files(ctx context.Context) ([]licensing.FileView, error)
	Tell(ctx context.Context, t licensing.Telling) error
	PlacesHeld() []licensing.PlaceHeld
	Erase(ctx context.Context) error
	Away(q terms.Query, until time.Time) []licensing.Cover
	Notices() []licensing.NoticeView
	Grace(ctx context.Context) ([]licensing.GraceEntry, error)
	ConfirmRestore(ctx context.Context) error
	RecordUsage(ctx context.Context, events []licensing.UsageEvent) ([]licensing.Recorded, error)
	DraftUsage(ctx context.Context, o licensing.UsageOptions) (licensing.UsageDraft, error)
	UsageLeft(ctx context.Context, draftID, name string) error
	SetUsageLevel(ctx context.Context, vendor, level string) error
	Receipts() []licensing.ReceiptView
	ContactLog(ctx context.Context, root string, limit int) ([]reconcile.Contact, error)
	ReceiptSigned(document string) bool
}

// Home is what the verbs need of an *app.App beside its engine.
type Home interface {
	Home() string
	Settings() app.Settings
	ChangeSettings(change func(*app.Settings)) error
	ForgetAlarms() error
	SourceOf(name string) app.Source
	Policy() policy.Policy
	Now() time.Time
}

// Start is whether the program starts with the computer: a desktop.Start.
type Start interface {
	On() bool
	Set(on bool) error
}

// Opened is a home that a command works on. Engine is nil for a command that wants none.
type Opened struct {
	Home   Home
	Engine Engine
	Start  Start
	// Contacts is there for a command that asked for it (Access.Contacts), so that no other can reach the network.
	Contacts Contacts
}

// Streams are a command's surroundings.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Dir      string // absolute; names are relative to it
	Env      func(string) string
	// Window shows files (absolute names) in the window and returns the exit code; nil: there is no window.
	Window func(ctx context.Context, a Access, files []string) (int, error)
	// Agent owns the home and answers until ctx ends; ready is called once it does. nil: the home is owned already.
	Agent func(ctx context.Context, a Access, o AgentOptions) error
	// Again runs a command as if it had been typed, with its output there; nil: this process answers for another.
	Again func(ctx context.Context, args []string, out, problems io.Writer) int
	// Recorded changes when something is recorded in a home.
	Recorded func(home string) string
	// Language is the one chosen in the settings of a home ("" for the usual home), for an environment that names none;
	// nil: English then.
	Language func(home string) string
	// OwnWindow says that this program has a window, rather than only a way to hand files to one.
	OwnWindow bool
}

// Access is what a command needs of a home.
type Access struct {
	Home, KeyStore string // as the person named them; "" for the usual ones
	Write          bool   // false: nothing may be made on a new home
	Contacts       bool   // the command may contact vendors
	NoEngine       bool   // the command is about the settings alone, and does not wait for the key store
	// Interactive lets the system ask the person for a password.
	Interactive bool
	Args        []string // the command's arguments, for the process that owns the home
	Stdin       bool     // the command reads standard input
}

// Opener opens a home, and says how to let go of it. An Answered error says that another process did the
// command.
type Opener func(ctx context.Context, a Access) (Opened, func() error, error)

// Answered is the answer of the process that owns the home.
type Answered struct{ local.Answer }

func (Answered) Error() string { return "answered by the owner of the home" }

// Exit codes of words.md 6.2 that belong to no state.
const (
	codeOK         = 0
	codeUnexpected = 1
	codeUsage      = 2
	codeAct        = 10
	codeForbidden  = 42
	codePartly     = 70
	codeNothing    = 71
	codeLater      = 75
	codeStopped    = 130
)

// session is one command while it runs.
type session struct {
	Streams
	globals
	access Access
	out    *sink // Streams.Out
	say    *plain.Speaker
	zone   *time.Location
	engine Engine
	home   Home
	start  Start
	// contacts is nil for all commands but those that reach vendors.
	contacts Contacts

	ids     map[string]string               // see vendorID
	vendors map[string]licensing.VendorView // see vendor
	seen    *terms.Verdict                  // see verdictNow
}

// Run runs one command and returns its exit code.
func Run(ctx context.Context, args []string, io Streams, open Opener) int {
	say, err := plain.New(language(args, io))
	if err != nil {
		return codeUnexpected // translations that cannot be read; tests keep it from happening
	}
	out := &sink{Writer: io.Out}
	io.Out = out
	s := &session{Streams: io, out: out, say: say, zone: zone(io.Env)}
	c, err := s.parse(args)
	if err == nil && c == nil {
		return s.told(codeOK) // help was printed
	}
	var r result
	if err == nil {
		r, err = s.execute(ctx, c, args, open)
	}
	var done Answered
	if errors.As(err, &done) {
		_, _ = s.Out.Write(done.Stdout)
		_, _ = s.Err.Write(done.Stderr)
		return s.told(done.Code)
	}
	if err != nil {
		r = s.failed(ctx, err, c)
	}
	return s.told(s.print(r))
}

func (s *session) execute(ctx context.Context, c *call, args []string, open Opener) (r result, err error) {
	s.globals = c.globals
	need := c.verb.needs()
	s.access = Access{
		Home: s.Home, KeyStore: s.KeyStore, Write: need.writes(), NoEngine: need == looking || need == choosing,
		Contacts:    need.reaches(),
		Interactive: s.Interactive, Args: args, Stdin: readsStdin(c.verb),
	}
	if need == nothing {
		return c.verb.run(ctx, s)
	}
	opened, done, err := open(ctx, s.access)
	if err != nil {
		return r, err
	}
	defer func() {
		if cerr := done(); err == nil && cerr != nil && (need == writing || need == sending) {
			err = cerr
		}
	}()
	s.home, s.engine, s.start, s.contacts = opened.Home, opened.Engine, opened.Start, opened.Contacts
	if s.Interactive && s.engine != nil {
		ctx = keystore.Interactive(ctx)
		if s.engine.Snapshot().KeyStore.State != "" {
			_ = s.engine.Unlock(ctx) // what remains is told by the verdict
		}
	}
	return c.verb.run(ctx, s)
}

// language is the one that the environment asks for, else the one chosen in the settings.
func language(args []string, io Streams) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if io.Env(name) != "" {
			return plain.Detect(io.Env)
		}
	}
	if io.Language != nil {
		if lang := io.Language(homeIn(args)); lang != "" {
			return lang
		}
	}
	return plain.Detect(io.Env)
}

// zone is the time zone that dates are shown in.
func zone(env func(string) string) *time.Location {
	name := strings.TrimPrefix(env("TZ"), ":")
	if name == "" {
		return time.Local
	}
	if z, err := time.LoadLocation(name); err == nil {
		return z
	}
	return time.Local
}

// tell puts a finding into words as seen at the verdict's time.
func (s *session) tell(f terms.Finding, at time.Time) plain.Answers {
	a := s.say.Say(f, at, s.zone)
	if f.State == terms.StateRequestWaiting && s.engine != nil && s.home != nil {
		s.goesBy(f, &a)
	}
	return a
}

// text is a message of the translation files.
func (s *session) text(id string, args map[string]any) string { return s.say.Text(id, args) }

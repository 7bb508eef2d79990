package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// cli is the command line. Help texts come from the translation files, see describe.
type cli struct {
	JSON           bool   `name:"json"`
	Quiet          bool   `name:"quiet"`
	PassphraseFile string `placeholder:"FILE"`
	SignerCommand  string `placeholder:"COMMAND"`
	ClockIsRight   bool
	Database       string `placeholder:"URL|FILE"`

	DatabasePasswordFile string `placeholder:"FILE"`

	Init    initCommand    `cmd:""`
	Profile profileCommand `cmd:""`
	License licenseCommand `cmd:""`
	Answer  answerCommand  `cmd:""`

	Extend     extendCommand     `cmd:""`
	Extensions extensionsCommand `cmd:""`
	Notice     noticeCommand     `cmd:""`
	Notices    noticesCommand    `cmd:""`
	Hold       holdCommand       `cmd:""`
	Revoke     revokeCommand     `cmd:""`
	Policy     policyCommand     `cmd:""`

	Serve     serveCommand     `cmd:""`
	Watch     watchCommand     `cmd:""`
	Open      openCommand      `cmd:""`
	Usage     usageCommand     `cmd:""`
	Anomalies anomaliesCommand `cmd:""`

	Records    databaseCommand `cmd:"" name:"database"`
	RotateKeys rotateCommand   `cmd:""`
	Version    versionCommand  `cmd:""`
}

type licenseCommand struct {
	Create createCommand `cmd:""`
	Renew  renewCommand  `cmd:""`
	Change changeCommand `cmd:""`
	List   listCommand   `cmd:""`
	Show   showCommand   `cmd:""`
}

// at is the folder of the issuer.
type at struct {
	Dir string `required:"" placeholder:"DIR"`
}

type initCommand struct {
	at
	RootDir      string `placeholder:"DIR"`
	Vendor       string `required:"" placeholder:"ID"`
	Name         string `required:"" placeholder:"NAME"`
	URL          []string
	Email        string
	Phone        string
	Hours        string
	SupportURL   string       `placeholder:"URL"`
	StatusPage   string       `placeholder:"URL"`
	DownloadPage string       `placeholder:"URL"`
	AnswerWithin terms.Length `placeholder:"2d"`
	SignerPublic string       `placeholder:"KEY"`
}

type profileCommand struct {
	at
	Out string `required:"" placeholder:"FILE"`
}

type createCommand struct {
	at
	Policy     string `required:"" placeholder:"FILE"`
	Customer   string
	Key        string `xor:"key"`
	KeyFile    string `placeholder:"FILE" xor:"key"`
	Welcome    string `placeholder:"FILE"`
	ExternalID string `name:"external-id" placeholder:"ID"`
	Line       int    `default:"1"`
	Places     int    `placeholder:"N"`
}

type renewCommand struct {
	at
	Serial     string `arg:""`
	Out        string `required:"" placeholder:"DIR" help:"out-dir"`
	ExternalID string `name:"external-id" placeholder:"ID"`
}

type changeCommand struct {
	at
	Serial   string `arg:""`
	Out      string `required:"" placeholder:"DIR" help:"out-dir"`
	Policy   string `placeholder:"FILE"`
	Places   int    `placeholder:"N"`
	Customer string
}

type listCommand struct{ at }

type showCommand struct {
	at
	Serial string `arg:""`
}

type answerCommand struct {
	at
	In     []string `arg:""`
	Out    string   `required:"" placeholder:"FILE"`
	Mail   bool
	Agent  string `placeholder:"NAME" xor:"decide"`
	Second string `placeholder:"NAME"`
	Reason string `placeholder:"TEXT" help:"grant-reason"`
	Refuse string `placeholder:"TEXT" xor:"decide"`
}

type rotateCommand struct {
	at
	RootDir      string    `placeholder:"DIR"`
	Root         bool      `xor:"which"`
	Sealing      bool      `xor:"which"`
	SignerPublic string    `placeholder:"KEY" xor:"which"`
	Withdraw     string    `placeholder:"KEYID"`
	NothingAfter time.Time `placeholder:"TIME"`
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(p *program) error {
	if p.cli.JSON {
		p.json(struct {
			head
			Version string `json:"version"`
		}{head{SchemaVersion: 1}, version})
		return nil
	}
	_, err := fmt.Fprintln(p.out, programName, version)
	return err
}

const secretLimit = 4 << 10

// options are the issuer's options for this run.
func (p *program) options() (issuer.Options, error) {
	o := issuer.Options{Now: p.now, Rand: p.rand, FS: p.fs, Command: strings.Fields(p.cli.SignerCommand), ClockIsRight: p.cli.ClockIsRight, Running: p.running, Database: p.cli.Database}
	var err error
	if o.Passphrase, err = p.secret("--passphrase-file", p.cli.PassphraseFile); err != nil {
		return o, err
	}
	password, err := p.secret("--database-password-file", p.cli.DatabasePasswordFile)
	o.DatabasePassword = string(password)
	if strings.Contains(o.Database, "://") && o.CarriesPassword() {
		p.note("issuer.say.database.password", nil)
	}
	return o, err
}

// secret is what the file of a flag holds, without the end of its line; nothing when the flag is not given.
func (p *program) secret(flag, name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	b, err := disk.ReadFile(p.fs, name, secretLimit)
	if err != nil {
		return nil, inFile(name, err)
	}
	if b = bytes.TrimRight(b, "\r\n"); len(b) == 0 {
		return nil, badValue(flag, name)
	}
	return b, nil
}

// open opens the issuer for one command. with changes its options.
func (p *program) open(dir, rootDir string, with ...func(*issuer.Options)) (*opened, error) {
	if p.host != nil {
		return p.host.opens(within(p.host.caller, dir), func() time.Duration { return p.clock().Read().Running })
	}
	o, err := p.options()
	if err != nil {
		return nil, err
	}
	o.RootDir = rootDir
	for _, change := range with {
		change(&o)
	}
	is, err := issuer.Open(dir, o)
	if err != nil {
		return nil, p.whoHas(dir, err)
	}
	p.keptNote(dir, is.Password())
	return &opened{Issuer: is}, nil
}

// keptNote says what became of a password that an earlier version wrote into the folder.
func (p *program) keptNote(dir string, kept issuer.KeptPassword) {
	if kept != "" {
		p.note("issuer.say.password."+string(kept), map[string]any{"file": filepath.Join(dir, "database")})
	}
}

// openToSign opens the issuer for a command that signs, and asks for a look at the date when the newest signature is old.
func (p *program) openToSign(dir string, with ...func(*issuer.Options)) (*opened, error) {
	is, err := p.open(dir, "", with...)
	if err != nil {
		return nil, err
	}
	if newest, long, err := is.LongAgo(); err == nil && long {
		p.note("issuer.say.long_ago", map[string]any{"date": newest, "now": p.now()})
	}
	return is, nil
}

// json prints one indented JSON object.
func (p *program) json(v any) {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // standard output is gone; the exit code still tells
}

// write puts data where --out says: a file, or - for standard output.
func (p *program) write(name string, data []byte) error {
	if name == "-" {
		_, err := p.out.Write(data)
		return err
	}
	return inFile(name, disk.WriteFile(p.fs, name, data, 0o600))
}

// fileError names the file that an error is about.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

func inFile(name string, err error) error {
	if err == nil {
		return nil
	}
	return &fileError{name, err}
}

// isDir says whether name is a folder. A name that cannot be looked at is an error: taken for a file, a folder would be
// written over.
func (p *program) isDir(name string) (bool, error) {
	info, err := p.fs.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.IsDir(), inFile(name, err)
}

// asFolder says whether a person means a folder: it is one, or its name ends like one.
func (p *program) asFolder(name string) (bool, error) {
	is, err := p.isDir(name)
	return is || strings.HasSuffix(name, "/") || strings.HasSuffix(name, string(os.PathSeparator)), err
}

// target is where a file goes that may be named by its folder only.
func (p *program) target(name, suggested string) (string, error) {
	into, err := p.asFolder(name)
	if into {
		name = filepath.Join(name, suggested)
	}
	return name, err
}

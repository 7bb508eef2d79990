package main

import (
	"crypto/ed25519"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// Run makes an issuer.
func (c *initCommand) Run(p *program) error {
	o, err := p.options()
	if err != nil {
		return err
	}
	o.RootDir = c.RootDir
	signing, err := publicKey(c.SignerPublic)
	if err != nil {
		return err
	}
	for flag, pages := range map[string][]string{
		"--support-url": {c.SupportURL}, "--status-page": {c.StatusPage}, "--download-page": {c.DownloadPage},
	} {
		if err := webPages(flag, pages); err != nil {
			return err
		}
	}
	is, err := issuer.Init(c.Dir, issuer.NewVendor{
		ID: c.Vendor, Name: c.Name, URLs: c.URL, Status: c.StatusPage, Pages: c.DownloadPage, Signing: signing,
		Support: exchange.Support{Email: c.Email, Phone: c.Phone, Hours: c.Hours, URL: c.SupportURL},
		Promise: exchange.Promises{Answer: c.AnswerWithin},
	}, o)
	if err != nil {
		return err
	}
	defer is.Close()
	p.notKept(o)
	profile, err := is.Profile()
	if err != nil {
		return err
	}
	root := c.RootDir
	if root == "" {
		root = filepath.Join(c.Dir, "root")
	}
	p.warnOpenKeys(o)
	if p.cli.JSON {
		p.json(struct {
			head
			profileJSON
			Dir  string `json:"dir"`
			Root string `json:"root_dir"`
		}{head{SchemaVersion: 1}, profileFields(profile), c.Dir, root})
		return nil
	}
	slots := map[string]any{"name": c.Name, "dir": c.Dir, "root": root, "vendor": c.Vendor, "words": strings.Join(profile.Words, " ")}
	for _, id := range []string{"done", "words", "root", "next"} {
		p.line("issuer.say.init."+id, slots)
	}
	return nil
}

// Run writes the newest profile.
func (c *profileCommand) Run(p *program) error {
	if c.Out == "-" && p.cli.JSON {
		return together("--json", "--out -")
	}
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	profile, err := is.Profile()
	if err != nil {
		return err
	}
	out, err := p.target(c.Out, profile.Name)
	if err != nil {
		return err
	}
	if err := p.write(out, profile.File); err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			profileJSON
			File string `json:"file"`
		}{head{SchemaVersion: 1}, profileFields(profile), out})
		return nil
	}
	slots := map[string]any{"version": profile.Version, "name": profile.Profile.Name, "file": out, "words": strings.Join(profile.Words, " ")}
	tell := p.line
	if out == "-" {
		tell = p.note // standard output is the file
	}
	for _, id := range []string{"done", "words", "tell"} {
		tell("issuer.say.profile."+id, slots)
	}
	return nil
}

// Run makes a new key.
func (c *rotateCommand) Run(p *program) error {
	if c.Withdraw == "" && !c.NothingAfter.IsZero() {
		return p.missing("--withdraw")
	}
	signing, err := publicKey(c.SignerPublic)
	if err != nil {
		return err
	}
	o, err := p.options()
	if err != nil {
		return err
	}
	is, err := p.open(c.Dir, c.RootDir)
	if err != nil {
		return err
	}
	defer is.Close()
	profile, err := is.RotateKeys(issuer.Rotation{Root: c.Root, Signing: signing, Withdraw: c.Withdraw, NothingAfter: c.NothingAfter})
	if err != nil {
		return err
	}
	p.warnOpenKeys(o)
	if p.cli.JSON {
		p.json(struct {
			head
			profileJSON
		}{head{SchemaVersion: 1}, profileFields(profile)})
		return nil
	}
	root := c.RootDir
	if root == "" {
		root = filepath.Join(c.Dir, "root")
	}
	slots := map[string]any{"version": profile.Version, "key": profile.Keys[len(profile.Keys)-1].ID, "words": strings.Join(profile.Words, " "), "root": root}
	if c.Root {
		p.line("issuer.say.rotate.root", slots)
		p.line("issuer.say.rotate.words", slots)
	} else {
		p.line("issuer.say.rotate.working", slots)
	}
	p.note("issuer.say.rotate.away", slots)
	return nil
}

// profileJSON is a profile in JSON.
type profileJSON struct {
	Vendor  string   `json:"vendor"`
	Name    string   `json:"name"`
	Version int      `json:"profile_version"`
	Root    string   `json:"root_key"`
	Words   []string `json:"check_words"`
	Keys    []keyRow `json:"keys"`
}

type keyRow struct {
	ID           string    `json:"id"`
	From         time.Time `json:"from"`
	Until        time.Time `json:"until,omitzero"`
	NothingAfter time.Time `json:"nothing_after,omitzero"`
}

func profileFields(p issuer.Profile) profileJSON {
	f := profileJSON{Vendor: p.Vendor, Name: p.Profile.Name, Version: p.Version, Root: p.KeyID, Words: p.Words}
	for _, k := range p.Keys {
		f.Keys = append(f.Keys, keyRow{k.ID, k.From, k.Until, k.NothingAfter})
	}
	return f
}

func (p *program) warnOpenKeys(o issuer.Options) {
	if len(o.Passphrase) == 0 {
		p.note("issuer.say.unsealed", nil)
	}
}

func publicKey(s string) (ed25519.PublicKey, error) {
	if s == "" {
		return nil, nil
	}
	k, err := exchange.DecodeKey(s)
	if err != nil {
		return nil, badValue("--signer-public", s)
	}
	return k, nil
}

// webPages accepts addresses of pages only, because they become links on the customer's screen.
func webPages(flag string, pages []string) error {
	for _, s := range pages {
		u, err := url.Parse(s)
		if s != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return badValue(flag, s)
		}
	}
	return nil
}

func badValue(flag, value string) error {
	return &issuer.Error{Code: issuer.CodeValue, Slots: map[string]any{"flag": flag, "value": value}}
}

func together(flag, other string) error {
	return &issuer.Error{Code: codeTogether, Slots: map[string]any{"flag": flag, "value": other}}
}

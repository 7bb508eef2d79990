package cli

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"holdfast/app"
	"holdfast/licensing/clock"
	"holdfast/licensing/issuer"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// Every example of every verb runs in a home whose vendor has a service. Nobody may knock there but sync.
func TestNoVerbButSyncConnectsToAVendor(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var knocks atomic.Int32
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			knocks.Add(1)
			c.Close()
		}
	}()
	dir := t.TempDir()
	vendor, err := issuer.Init(filepath.Join(dir, "acme"), issuer.NewVendor{ID: "acme", Name: "Acme GmbH", URLs: []string{"http://" + ln.Addr().String()}},
		issuer.Options{Now: func() time.Time { return clock.System().Read().Wall }})
	if err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	profile, err := vendor.Profile()
	if err != nil {
		t.Fatal(err)
	}
	policy, err := terms.ParsePolicy([]byte("schema: holdfast.policy/v1\nversion: 1\nproduct: {id: acmecad, name: AcmeCAD Pro}\nterm: {length: 365d}\nfeatures:\n  edit: {name: Edit drawings}\n"))
	if err != nil {
		t.Fatal(err)
	}
	sold, err := vendor.CreateLicense(issuer.NewLicense{Policy: policy, Customer: "customer 7"})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"acme.hfkey": profile.File, "key.txt": []byte(sold.Key)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := keystore.Memory()
	p := process{
		Options: app.Options{
			Home: filepath.Join(dir, "home"), Dir: dir, Policy: t.TempDir(), Env: func(string) string { return "" },
			Keys: func(string, string) (keystore.Store, error) { return keys, nil },
		},
		screenless: true,
	}
	run := func(line string) int {
		var out bytes.Buffer
		p.in = &input{Reader: strings.NewReader("")}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		return p.run(ctx, append([]string{"--home", p.Home}, strings.Fields(line)...), &out, &out, nil)
	}
	if code := run("import acme.hfkey --yes"); code != codeOK {
		t.Fatalf("exit %d", code)
	}
	s, _ := testSession(t, "en")
	ran := 0
	for _, n := range nodes(parser(t).Model.Node) {
		path := verbPath(n)
		switch {
		case len(n.Children) > 0, path == "sync", path == "agent", path == "open", path == "data delete", path == "setup":
			continue // those that delete come to nothing on their own; the agent and the window are for contacts
		}
		line, _, _ := strings.Cut(s.text("cli.example."+strings.ReplaceAll(path, " ", "."), nil), "\n")
		line, _, _ = strings.Cut(strings.TrimPrefix(line, "holdfast "), " <")
		run(strings.ReplaceAll(line, "/media/stick/", ""))
		ran++
	}
	if n := knocks.Load(); n != 0 || ran < 40 {
		t.Errorf("%d connections of %d verbs", n, ran)
	}
	run("request activate --vendor acme --key-file key.txt --out again.hfreq")
	if code := run("sync --timeout 5s"); code != codeNoContact || knocks.Load() == 0 {
		t.Errorf("sync: exit %d, %d connections", code, knocks.Load())
	}
}

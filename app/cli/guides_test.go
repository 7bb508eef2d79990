package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"holdfast/docs"
)

// A reader works through a guide: the script of each guide (testdata/guides/NAME.txtar) says with "reader" which
// command is typed next and how it ends; around it stands what happens meanwhile at the vendor, and what the answer
// must hold. A command of the guide that the script leaves out, changes or reorders is an error.
type reader struct {
	mu    sync.Mutex
	typed map[string]int // by guide, how many of its commands were run
}

func TestEveryCommandOfAGuideWorksAsItSays(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the vendor's program")
	}
	issuer := buildIssuer(t)
	r := reader{typed: map[string]int{}}
	passed := t.Run("guides", func(t *testing.T) { // ends when all its scripts have ended
		testscript.Run(t, testscript.Params{
			Dir:                 filepath.Join("testdata", "guides"),
			RequireExplicitExec: true,
			Setup: func(e *testscript.Env) error {
				r.begin(strings.TrimPrefix(filepath.Base(e.WorkDir), "script-"))
				return account(e, issuer)
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"reader": r.reads, "exits": exits, "withday": withDay, "later": later, "wrong": wrong, "putback": putBack, "vendor": vendor, "sell": sell,
				"port": port, "serving": serving, "renew": renew, "goodfor": goodFor, "json": jsonIs,
			},
		})
	})
	for _, name := range docs.Names() {
		if _, err := os.Stat(filepath.Join("testdata", "guides", name+".txtar")); err != nil {
			t.Errorf("guide %s has no script: %v", name, err)
		}
		all := guideCommands(t, name)
		if n, ran := r.typed[name]; ran && passed && n != len(all) {
			t.Errorf("guide %s: its script ends before %q", name, all[n])
		}
	}
}

// guideCommands are the lines of all command blocks of a guide.
func guideCommands(t interface{ Fatalf(string, ...any) }, name string) []string {
	g, err := docs.Read(name, docs.English)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var all []string
	for _, b := range g.Blocks {
		if b.Kind == docs.Code {
			all = append(all, strings.Split(b.Code, "\n")...)
		}
	}
	return all
}

func (r *reader) begin(guide string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.typed[guide] = 0
}

// reader CODE COMMAND… types the next command of the guide, which must be that one and end with that code.
func (r *reader) reads(ts *testscript.TestScript, _ bool, args []string) {
	all := guideCommands(ts, ts.Name())
	r.mu.Lock()
	n, begun := r.typed[ts.Name()]
	r.typed[ts.Name()]++
	r.mu.Unlock()
	if !begun || n >= len(all) {
		ts.Fatalf("the guide has no command number %d", n+1)
	}
	words, err := shellWords(all[n])
	if err != nil {
		ts.Fatalf("%q: %v", all[n], err)
	}
	if !slices.Equal(words, args[1:]) {
		ts.Fatalf("the guide says %q", all[n])
	}
	if words[0] == "export" {
		name, value, ok := strings.Cut(words[1], "=")
		if !ok || len(words) != 2 {
			ts.Fatalf("not one variable: %q", all[n])
		}
		ts.Setenv(name, value)
		return
	}
	exits(ts, false, args)
}

// shellWords splits a command as every shell does. A guide uses nothing more of a shell, so that the commands also
// work in others.
func shellWords(command string) ([]string, error) {
	var words []string
	for i, part := range strings.Split(command, `"`) {
		if strings.ContainsAny(part, "$|;&<>`\\*?'#~(){}[]!\t") {
			return nil, fmt.Errorf("keep to plain words")
		}
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	if strings.Count(command, `"`)%2 == 1 || len(words) == 0 {
		return nil, fmt.Errorf("not a whole command")
	}
	return words, nil
}

// renew ID FILE renews the only license of a vendor; what the vendor mails for the computer is saved as FILE.
func renew(ts *testscript.TestScript, _ bool, args []string) {
	issuer, outbox := ts.Getenv(testIssuer), ts.MkAbs("outbox")
	ts.Check(ts.Exec(issuer, "license", "list", "--dir", args[0], "--json"))
	var list struct{ Licenses []struct{ Serial string } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	if len(list.Licenses) != 1 {
		ts.Fatalf("%d licenses", len(list.Licenses))
	}
	ts.Check(ts.Exec(issuer, "license", "renew", list.Licenses[0].Serial, "--dir", args[0], "--out", outbox))
	found, err := filepath.Glob(filepath.Join(outbox, "*.hflic"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("the vendor made %d files", len(found))
	}
	ts.Check(os.Rename(found[0], ts.MkAbs(args[1])))
}

// putback FROM TO replaces a folder by a copy of another, as who restores a backup does.
func putBack(ts *testscript.TestScript, _ bool, args []string) {
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(os.RemoveAll(to))
	ts.Check(os.CopyFS(to, os.DirFS(from)))
}

// goodfor DAYS compares how long each request of the list just printed can be answered.
func goodFor(ts *testscript.TestScript, _ bool, args []string) {
	var list struct{ Requests []requestJSON }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	if len(list.Requests) == 0 {
		ts.Fatalf("no requests")
	}
	for _, q := range list.Requests {
		if days := strconv.Itoa(int(q.Until.Sub(q.Created).Round(time.Hour) / (24 * time.Hour))); days != args[0] {
			ts.Fatalf("request %s is good for %s days", q.ID, days)
		}
	}
}

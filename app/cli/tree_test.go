package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"holdfast/assets"
	"holdfast/licensing/plain"
)

func testSession(t *testing.T, lang string) (*session, *bytes.Buffer) {
	t.Helper()
	say, err := plain.New(lang)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s := &session{say: say, Streams: Streams{Out: &out, Err: &out, Dir: t.TempDir(), Env: func(string) string { return "" }}}
	s.zone = zone(s.Env)
	return s, &out
}

func parser(t *testing.T) *kong.Kong {
	t.Helper()
	k, err := kong.New(&tree{}, kong.Name("holdfast"), kong.NoDefaultHelp())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// nodes returns every verb.
func nodes(n *kong.Node) []*kong.Node {
	var all []*kong.Node
	for _, c := range n.Children {
		all = append(all, c)
		all = append(all, nodes(c)...)
	}
	return all
}

func TestEveryVerbHasHelpWithExamplesAndExitCodes(t *testing.T) {
	k := parser(t)
	for _, n := range nodes(k.Model.Node) {
		path := verbPath(n)
		s, out := testSession(t, "en")
		s.printHelp(k, n)
		if plain.IsMissing(out.String()) {
			t.Errorf("%s: a text is missing:\n%s", path, out)
		}
		if len(n.Children) > 0 {
			continue
		}
		if _, ok := n.Target.Addr().Interface().(verb); !ok {
			t.Errorf("%s does nothing", path)
		}
		for _, part := range []string{"cli.help.head.examples", "cli.help.head.codes"} {
			if !strings.Contains(out.String(), s.text(part, nil)) {
				t.Errorf("%s has no %s", path, part)
			}
		}
	}
}

func TestNoLineOfHelpIsWiderThanItsLimit(t *testing.T) {
	k := parser(t)
	for _, lang := range []string{"en", "de"} {
		for _, n := range append(nodes(k.Model.Node), nil) {
			s, out := testSession(t, lang)
			s.printHelp(k, n)
			for line := range strings.Lines(out.String()) {
				if len([]rune(strings.TrimSuffix(line, "\n"))) > helpWidth {
					t.Errorf("%s: %s", lang, line)
				}
			}
		}
	}
	var p page
	p.helpRows([]helpRow{{"a", strings.Repeat("word ", 30)}, {strings.Repeat("x", helpColumn+1), "of its own"}})
	if want := "  a  word "; len(p) != 4 || !strings.HasPrefix(p[0], want) || !strings.HasPrefix(p[1], "     word ") || p[3] != "     of its own" {
		t.Errorf("%q", p)
	}
}

func TestEveryExampleIsACommandThatIsUnderstood(t *testing.T) {
	k := parser(t)
	s, _ := testSession(t, "en")
	ids := []string{"program"}
	for _, n := range nodes(k.Model.Node) {
		if len(n.Children) == 0 {
			ids = append(ids, strings.ReplaceAll(verbPath(n), " ", "."))
		}
	}
	stop := regexp.MustCompile(` (&&|<|>|\|) .*|;.*`)
	for _, id := range ids {
		for _, line := range strings.Split(s.text("cli.example."+id, nil), "\n") {
			line = stop.ReplaceAllString(line, "")
			args := strings.Fields(strings.ReplaceAll(line, `"lab 7"`, "lab7"))
			if args[0] != "holdfast" {
				t.Errorf("%s: %q", id, line)
			}
			c, err := s.parse(args[1:])
			if err != nil {
				t.Errorf("%s: %q: %v", id, line, err)
			} else if id != "program" && strings.ReplaceAll(c.path, " ", ".") != id {
				t.Errorf("%s: %q is an example of %s", id, line, c.path)
			}
		}
	}
}

// sources returns the Go source of this package and those that share its texts.
func sources(t *testing.T) string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

func TestEveryTextIsUsedAndEveryUsedTextIsThere(t *testing.T) {
	code := sources(t)
	// Families are put together from a prefix and a code.
	families := regexp.MustCompile(`^(cli\.(example|code|kind|repair|change|why\.feature|ledger\.finding|notices\.kind|request\.kind|data\.part|settings\.about|usage\.(unit|gap|level|note|flag|kind|line)|receipts\.finding|error)|doctor|error|usage\.field)\.`)
	for _, file := range []string{"en/cli.json", "en/cli_plan.json", "en/cli_usage.json", "en/doctor.json"} {
		b, err := fs.ReadFile(assets.Translations(), file)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(b, &texts); err != nil {
			t.Fatal(err)
		}
		for id := range texts {
			if !families.MatchString(id) && !strings.Contains(code, `"`+id+`"`) {
				t.Errorf("%s: %s is not used", file, id)
			}
		}
	}
	s, _ := testSession(t, "en")
	for _, m := range regexp.MustCompile(`"((?:cli|doctor|error)\.[a-z_.]*[a-z_])"`).FindAllStringSubmatch(code, -1) {
		if !s.say.Has(m[1]) && !families.MatchString(m[1]+".") {
			t.Errorf("%s has no text", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`mistake\("([a-z_]+)"`).FindAllStringSubmatch(code, -1) {
		if !s.say.Has("error." + m[1]) {
			t.Errorf("error.%s has no text", m[1])
		}
	}
}

func TestEveryWordOfHelpIsTranslated(t *testing.T) {
	k := parser(t)
	english, _ := testSession(t, "en")
	for _, n := range append(nodes(k.Model.Node), nil) {
		s, out := testSession(t, plain.Pseudo)
		s.printHelp(k, n)
		for id, text := range map[string]string{
			"cli.help.head.usage": english.text("cli.help.head.usage", nil), "cli.flag.json": english.text("cli.flag.json", nil),
			"cli.flag.home": english.text("cli.flag.home", nil),
		} {
			if strings.Contains(out.String(), text) {
				t.Errorf("%s stays English in another language", id)
			}
		}
	}
}

func TestWithoutAVerbTheWindowIsMeant(t *testing.T) {
	s, _ := testSession(t, "en")
	if err := os.WriteFile(s.resolve("plainname"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k := parser(t)
	cases := map[string]string{
		"":                              "open",
		"a.hflic":                       "open a.hflic",
		"a.hflic b.hflic":               "open a.hflic b.hflic",
		"plainname":                     "open plainname",
		"./status":                      "open ./status",
		"--home D a.hflic":              "--home D open a.hflic",
		"--home=D a.hflic":              "--home=D open a.hflic",
		"--strict a.hflic":              "--strict open a.hflic",
		"--home D":                      "--home D open",
		"-- status":                     "open -- status",
		"status":                        "status",
		"--json status":                 "--json status",
		"--home status status":          "--home status status",
		"statsu":                        "statsu",
		"--version":                     "version",
		"request list":                  "request list",
		"-q import a.hflic":             "-q import a.hflic",
		"--keystore passphrase status":  "--keystore passphrase status",
		"--keystore passphrase a.hflic": "--keystore passphrase open a.hflic",
	}
	for in, want := range cases {
		args := strings.Fields(in)
		before := slices.Clone(args)
		if got := strings.Join(withVerb(k, args, s.exists), " "); got != want {
			t.Errorf("%q means %q, want %q", in, got, want)
		}
		if !slices.Equal(args, before) {
			t.Errorf("%q: the caller's arguments were changed", in)
		}
	}
}

func TestOnlyAVerbThatWasToldSoReadsStandardInput(t *testing.T) {
	s, _ := testSession(t, "en")
	cases := map[string]bool{
		"import -":                               true,
		"import a -":                             true,
		"inspect -":                              true,
		"keys import -":                          true,
		"request activate --key-file - --out x":  true,
		"request activate --key-file k --out -":  false,
		"request show --out -":                   false,
		"ledger export --out -":                  false,
		"import a":                               false,
		"status":                                 false,
		"request activate --vendor - --out some": false,
	}
	for in, want := range cases {
		c, err := s.parse(strings.Fields(in))
		if err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		if got := readsStdin(c.verb); got != want {
			t.Errorf("%q reads standard input: %v, want %v", in, got, want)
		}
	}
}

func TestOnlyVerbsThatChangeSomethingMayMakeAHome(t *testing.T) {
	s, _ := testSession(t, "en")
	cases := map[string]need{
		"status": reading, "until": reading, "entitled p": reading, "why": reading, "inspect f": reading, "import f --dry-run": reading,
		"keys list": reading, "request list": reading, "request show": reading, "ledger show": reading, "ledger verify": reading,
		"ledger export --out f": reading, "doctor": reading, "version": nothing, "guide": nothing, "files": reading,
		"settings": looking, "settings list": looking, "settings set tray on": choosing, "data": reading, "data delete --yes": reading,
		"tell it": writing, "tell it --dry-run": reading, "open": nothing,
		"timeline": reading, "simulate --offline 60d": reading, "calendar --out f": reading, "grace show": reading, "clock": reading, "clock show": reading,
		"notices": reading, "notices list": reading, "moretime --until 60d --dry-run": reading, "moretime --until 60d": reading, "moretime --until 60d --out f": writing,
		"request moretime --until 60d": reading, "request moretime --until 60d --out f": writing, "request checkin": writing, "request checkin --now": sending, "request activate --now": sending, "moretime --until 60d --now": sending, "moretime --until 60d --now --dry-run": reading, "request renew": writing, "clock confirm": writing, "restore confirm": writing,
		"usage": reading, "usage list --days": reading, "usage preview --raw": reading, "usage export": reading, "usage export --reviewed": writing,
		"usage record p m 1": writing, "usage level": reading, "usage level full": writing,
		"receipts": reading, "receipts show R-1": reading, "receipts verify": reading,
		"sync": contacts, "contacts": reading, "contacts list": reading, "contacts next": reading, "contacts pause 8h": choosing, "contacts resume": choosing,
		"policy": looking, "policy show": looking, "policy explain network.mode": looking, "policy validate f": nothing,
		"events": reading, "events --follow": nothing, "metrics": reading,
		"import f": writing, "keys import f": writing, "request activate": writing, "request cancel": writing, "setup --again": writing,
	}
	for in, want := range cases {
		c, err := s.parse(strings.Fields(in))
		if err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		if got := c.verb.needs(); got != want {
			t.Errorf("%q needs %d, want %d", in, got, want)
		}
	}
}

func TestACommandThatWasStoppedEndsWith130(t *testing.T) {
	s, out := testSession(t, "en")
	ctx, cancel := context.WithCancel(t.Context())
	code := Run(ctx, []string{"status"}, s.Streams, func(context.Context, Access) (Opened, func() error, error) {
		cancel()
		return Opened{}, nil, ctx.Err()
	})
	if code != codeStopped || out.Len() == 0 {
		t.Errorf("code %d, output %q", code, out)
	}
}

// What the parser finds wrong is said in our own words: its own are English and speak of its types.
func TestEveryWrongUseIsSaidInTheLanguageOfThePerson(t *testing.T) {
	s, _ := testSession(t, "en")
	pseudo, _ := testSession(t, plain.Pseudo)
	for in, want := range map[string]string{
		"entitled":                              "PRODUCT is missing.",
		"import":                                "FILE is missing.",
		"usage record":                          "PRODUCT METER UNITS is missing.",
		"setup":                                 "--again is missing.",
		"ledger":                                "a word is missing. Use one of: show, verify, export",
		"restore":                               "a word is missing. Use one of: confirm",
		"status --jsno":                         "there is no option --jsno. Did you mean --json?",
		"status --zzzzzz":                       "there is no option --zzzzzz.",
		"statsu":                                "statsu is not known. Did you mean status?",
		"status zzzzzz":                         "zzzzzz has no place here.",
		"until --format foo":                    "--format is one of date, days, epoch, not foo.",
		"tell foo":                              "WHO is one of buyer, it, vendor, not foo.",
		"simulate --offline":                    "--offline needs a value.",
		"simulate --offline -5d":                "--offline needs a value. Write --offline=-5d if that is meant.",
		"contacts list --limit x":               "--limit needs a whole number, and \"x\" is none.",
		"usage record p m x":                    "UNITS needs a whole number, and \"x\" is none.",
		"request activate --key a --key-file b": "--key and --key-file cannot be used together.",
		"status --product=":                     "--product is empty.",
		"help zzzzzz":                           "zzzzzz has no place here.",
	} {
		_, err := s.parse(strings.Fields(in))
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
		if _, other := pseudo.parse(strings.Fields(in)); other == nil || other.Error() == want {
			t.Errorf("%s stays English in another language: %v", in, other)
		}
	}
}

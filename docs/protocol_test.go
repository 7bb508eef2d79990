package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

var relativeLink = regexp.MustCompile(`\]\(([^)#:]+)\)`)

func TestTheProtocolIsShortAndItsLinksLeadSomewhere(t *testing.T) {
	for _, name := range []string{"protocol.md", "vectors/usage/README.md"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 300 {
			t.Errorf("%s has %d lines", name, n)
		}
		links := relativeLink.FindAllStringSubmatch(string(b), -1)
		if len(links) == 0 {
			t.Errorf("%s links to nothing", name)
		}
		for _, m := range links {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The names that another implementation has to spell exactly.
func TestTheProtocolNamesWhatTheCodeUses(t *testing.T) {
	b, err := os.ReadFile("protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	want := append([]string{
		exchange.ProfileType, exchange.RequestType, exchange.UsageType, exchange.ResponseType, exchange.SealingSuite, exchange.BundleFormat,
		usage.Suite, usage.Counter, usage.Duration, usage.Peak, usage.LevelContract, usage.LevelComputer, usage.LevelFull,
		exchange.Ending(exchange.KindUsage), exchange.Ending(exchange.KindReceipt),
	}, usage.FlagNames...)
	for _, name := range want {
		if !strings.Contains(text, name) {
			t.Errorf("protocol.md does not name %q", name)
		}
	}
}

// Command acmecad-sample is a licensed program, as a vendor would write one: it asks for its features, does what is left of each, and
// meters its work. End-to-end tests run it; it is also the longest example of package client.
//
//	acmecad-sample --root acme.hfkey --product acmecad --feature edit --feature render --meter renders --events 100000
//
// A real program has its root key compiled in. This one reads it from a file, so that a test can make a vendor of its own.
// The last line on standard output is one JSON object: what was acknowledged, exactly, and where the ledger ended.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"holdfast/licensing/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// settings are the options of the command line.
type settings struct {
	root, home, product, version, witness, start string
	features                                     list
	meter                                        string
	events, batch                                int
	units                                        int64
	patience                                     time.Duration
}

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func parse(args []string, problems io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("acmecad-sample", flag.ContinueOnError)
	f.SetOutput(problems)
	f.StringVar(&s.root, "root", "", "vendor profile (.hfkey), or a file with the base64 of a root key")
	f.StringVar(&s.home, "home", "", "folder of the records; empty for the usual one")
	f.StringVar(&s.product, "product", "acmecad", "id of the product")
	f.StringVar(&s.version, "version", "", "version of this program")
	f.StringVar(&s.witness, "witness", "", "file that remembers how far the records were; empty for the usual one")
	f.StringVar(&s.start, "start", "", "command that runs holdfast agent, for when nobody answers")
	f.Var(&s.features, "feature", "id of a feature to ask for; may be given several times")
	f.StringVar(&s.meter, "meter", "", "id of the meter to record on; empty for none")
	f.IntVar(&s.events, "events", 0, "how many uses to record")
	f.IntVar(&s.batch, "batch", 500, "uses in one request")
	f.Int64Var(&s.units, "units", 1, "units of each use")
	f.DurationVar(&s.patience, "patience", time.Minute, "how long to wait for an answer while none comes")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if s.root == "" || f.NArg() > 0 || s.batch < 1 || s.events < 0 || s.events > 0 && s.meter == "" {
		f.Usage()
		return s, errors.New("wrong use")
	}
	return s, nil
}

// outcome is what the program prints in the end.
type outcome struct {
	Product  string            `json:"product"`
	State    string            `json:"state,omitempty"`
	Features map[string]string `json:"features"` // mode by id
	Events   int               `json:"acknowledged_events"`
	Units    int64             `json:"acknowledged_units"`
	Again    int               `json:"answered_again"` // were recorded by a request whose answer was lost
	Unproven int               `json:"unproven"`       // acknowledged without the device key: its store was locked, or somebody else answered
	Retried  int               `json:"retried"`
	Ledger   string            `json:"ledger,omitempty"`
	Seq      uint64            `json:"seq"`
	Head     string            `json:"head,omitempty"`
	Older    bool              `json:"older_records"`
	Error    string            `json:"error,omitempty"`
}

func run(ctx context.Context, args []string, out, problems io.Writer) int {
	s, err := parse(args, problems)
	if err != nil {
		return 2
	}
	o := outcome{Product: s.product, Features: map[string]string{}}
	if err := work(ctx, s, &o, problems); err != nil {
		o.Error = err.Error()
	}
	if json.NewEncoder(out).Encode(o) != nil || o.Error != "" {
		return 1
	}
	return 0
}

func work(ctx context.Context, s settings, o *outcome, problems io.Writer) error {
	root, err := rootKey(s.root)
	if err != nil {
		return err
	}
	c, err := client.Open(client.Options{
		Product: s.product, Version: s.version, Vendor: root, Home: s.home, Witness: s.witness, Start: strings.Fields(s.start),
		Patience: min(s.patience, 10*time.Second), PatienceRecord: min(s.patience, 2*time.Second),
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := ask(ctx, c, s, o, problems); err != nil {
		return err
	}
	return meter(ctx, c, s, o, problems)
}

// ask looks at each feature and does what is left of it. Words come from the answer: they name the date and the way out.
func ask(ctx context.Context, c *client.Client, s settings, o *outcome, problems io.Writer) error {
	v, err := c.CheckAll(ctx)
	o.Older = errors.Is(err, client.ErrOlderRecords)
	if err != nil && !o.Older {
		return err
	}
	o.State = v.State
	fmt.Fprintln(problems, v.Text)
	for _, id := range s.features {
		f, err := c.Check(ctx, id)
		if err != nil && !errors.Is(err, client.ErrOlderRecords) {
			return err
		}
		o.Features[id] = f.Mode
		switch f.Mode {
		case client.Keep: // the tool is in the menu
			fmt.Fprintf(problems, "[x] %s\n", id)
		case client.View: // documents open; the tool is grey, and says why
			fmt.Fprintf(problems, "[v] %s: %s\n", id, f.Text)
		default: // the tool is grey; nothing that is open closes
			fmt.Fprintf(problems, "[ ] %s: %s\n", id, f.Text)
		}
	}
	return nil
}

package cli

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"holdfast/licensing"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

type ledgerShowCmd struct {
	reads
	From uint64 `help:"cli.flag.from" placeholder:"N" default:"1"`
	Last int    `help:"cli.flag.last" placeholder:"N"`
}

func (c *ledgerShowCmd) run(_ context.Context, s *session) (result, error) {
	entries := []licensing.LedgerEntry{}
	err := s.engine.Ledger(c.From, func(e licensing.LedgerEntry) error {
		entries = append(entries, e)
		if c.Last > 0 && len(entries) > c.Last {
			entries = entries[1:]
		}
		return nil
	})
	if err != nil {
		return result{}, err
	}
	r := result{json: map[string]any{"entries": entries}}
	var rows [][]string
	for _, e := range entries {
		rows = append(rows, []string{
			strconv.FormatUint(e.Seq, 10), s.say.DateTime(e.At, s.zone), e.Kind, e.Reason, e.Authority, e.License,
		})
	}
	r.page.table(rows)
	switch last := s.engine.Snapshot().Records.Seq; {
	case len(rows) > 0:
	case last > 0:
		r.page.add(s.text("cli.ledger.none_from", map[string]any{"from": strconv.FormatUint(c.From, 10), "last": strconv.FormatUint(last, 10)}))
	default:
		r.page.add(s.text("cli.ledger.empty", nil))
	}
	return r, nil
}

type ledgerVerifyCmd struct{ reads }

type ledgerReport struct {
	OK       bool             `json:"ok"`
	Entries  uint64           `json:"entries"`
	Segments int              `json:"segments"`
	FirstSeq uint64           `json:"first_seq"`
	LastSeq  uint64           `json:"last_seq"`
	Head     string           `json:"head"`
	Findings []ledger.Finding `json:"findings"`
}

// run exits 0 when all is in order, 31 when only an end was cut off or what is wrong was repaired and told, else 33.
func (c *ledgerVerifyCmd) run(ctx context.Context, s *session) (result, error) {
	rep, err := s.engine.VerifyLedger(ctx)
	if err != nil {
		return result{}, err
	}
	j := ledgerReport{
		OK: rep.OK(), Entries: rep.Entries, Segments: rep.Segments, FirstSeq: rep.FirstSeq, LastSeq: rep.LastSeq,
		Head: hex.EncodeToString(rep.Head[:]), Findings: rep.Findings,
	}
	if j.Findings == nil {
		j.Findings = []ledger.Finding{}
	}
	r := result{json: j}
	args := map[string]any{"n": int64(rep.Entries)}
	if len(rep.Findings) == 0 {
		r.page.add(s.text("cli.ledger.in_order", args))
		return r, nil
	}
	r.code = ledgerState(rep).ExitCode(s.Strict)
	r.page.add(s.text("cli.ledger.readable", args))
	for _, f := range rep.Findings {
		r.page.indent(s.text("cli.ledger.finding", map[string]any{
			"segment": strconv.FormatUint(f.Segment, 10), "text": s.text("cli.ledger.finding."+string(f.Code), nil), "code": string(f.Code),
		}))
	}
	return r, nil
}

// ledgerState is how bad the findings are, if there are any: repaired when only an end was cut off or the records tell
// of it themselves.
func ledgerState(rep ledger.Report) terms.State {
	state := terms.State("")
	for _, f := range rep.Findings {
		if !f.Noted && f.Code != ledger.Cut {
			return terms.StateRecordsDamaged
		}
		state = terms.StateRecordsRepaired
	}
	return state
}

type ledgerExportCmd struct {
	reads
	Out   string `help:"cli.flag.out_ledger" required:"" placeholder:"FILE|-"`
	Force bool   `help:"cli.flag.force"`
}

// run writes the journal as JSON lines: first what it is, then one entry a line.
func (c *ledgerExportCmd) run(_ context.Context, s *session) (result, error) {
	if c.Out != "-" {
		if err := s.place(c.Out); err != nil {
			return result{}, err
		}
		if !c.Force && s.exists(c.Out) {
			return result{}, mistake("file_exists", map[string]any{"file": c.Out})
		}
	}
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	snap := s.engine.Snapshot()
	n := 0
	err := lines.Encode(map[string]any{"schema_version": schemaVersion, "format": "holdfast.ledger/v1", "device": snap.Device.Code, "seq": snap.Records.Seq, "head": snap.Records.Head})
	if err == nil {
		err = s.engine.Ledger(1, func(e licensing.LedgerEntry) error { n++; return lines.Encode(e) })
	}
	if err != nil {
		return result{}, err
	}
	if c.Out == "-" {
		return result{raw: b.Bytes()}, nil
	}
	if err := s.write(c.Out, b.Bytes(), 0o600); err != nil {
		return result{}, err
	}
	r := result{json: map[string]any{"file": c.Out, "entries": n}}
	r.page.add(s.text("cli.ledger.exported", map[string]any{"n": n, "file": c.Out}))
	return r, nil
}

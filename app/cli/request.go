package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

type activateCmd struct {
	asking
	Key     string `help:"cli.flag.key" xor:"key" placeholder:"KEY"`
	KeyFile string `help:"cli.flag.key_file" xor:"key" placeholder:"FILE|-"`
	Label   string `help:"cli.flag.label" placeholder:"NAME"`
}

// keyLimit is far more than a license key with its surroundings may have.
const keyLimit = 4 << 10

func (c *activateCmd) run(ctx context.Context, s *session) (result, error) {
	key, err := c.key(s)
	if err != nil {
		return result{}, err
	}
	o := licensing.RequestOptions{Vendor: c.Vendor, Key: key, Label: c.Label}
	return c.make(ctx, s, o, nil)
}

// key returns the license key; "" when none was given and a welcome file must have brought one.
func (c *activateCmd) key(s *session) (string, error) {
	if c.KeyFile == "" {
		return c.Key, nil
	}
	var b []byte
	var err error
	switch {
	case c.KeyFile != "-":
		b, err = exchange.ReadSource(s.resolve(c.KeyFile))
	case s.In != nil:
		b, err = io.ReadAll(io.LimitReader(s.In, keyLimit+1))
	}
	if err != nil {
		return "", &fileError{c.KeyFile, err}
	}
	key := strings.TrimSpace(asText(b))
	if key == "" || len(b) > keyLimit {
		return "", mistake("key_file_unreadable", map[string]any{"file": c.KeyFile})
	}
	return key, nil
}

// asText reads text by the mark at its start: UTF-16 as the shell of Windows writes it, else UTF-8.
func asText(b []byte) string {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return string(bytes.TrimPrefix(b, []byte("\ufeff")))
	}
	var units []uint16
	for b = b[2:]; len(b) > 1; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}

type madeJSON struct {
	requestJSON
	File  string `json:"file,omitempty"`  // as it was saved
	Batch string `json:"batch,omitempty"` // into which it was put instead
	Words string `json:"words"`
	Again bool   `json:"again"`
	Data  string `json:"data,omitempty"` // with --out -
	// Products are, for more time, what is covered already.
	Products []coverJSON `json:"products,omitempty"`
}

// saveRequest writes the file and says what to do with it.
func (s *session) saveRequest(ctx context.Context, m licensing.Made, to target, covers []coverJSON) (result, error) {
	j := madeJSON{requestJSON: s.requestJSON(m.Request), Words: m.Words, Again: m.Again, Products: covers}
	var r result
	if to.unsaved() {
		r.json = j
		return r, nil
	}
	if to.out == "-" {
		if s.JSON {
			j.Data = string(m.File)
			r.json = j
			return r, nil
		}
		r.raw = m.File
		r.note.add(s.text("cli.request.words", map[string]any{"words": m.Words}))
		return r, nil
	}
	out, err := s.saveTo(&r, m, to)
	if err != nil {
		return r, err
	}
	if name := filepath.Base(out); name != m.Request.File {
		// The file is what counts: when its name cannot be kept, the request is only harder to find.
		_ = s.engine.RequestSaved(ctx, m.Request.ID, name)
		j.SavedAs = name
	}
	if j.File = out; to.batch != "" {
		j.File, j.Batch = "", out
	}
	r.json = j
	id := "cli.request.saved"
	if m.Again {
		id = "cli.request.saved_again"
	}
	if to.batch == "" {
		r.page.add(s.text(id, map[string]any{"file": out, "date": s.say.Date(m.Request.Created, s.zone)}))
	}
	if to.now {
		return r, nil
	}
	args := map[string]any{
		"vendor": s.vendorName(m.Request.Vendor), "contact": s.vendorContact(m.Request.Vendor), "words": m.Words,
		"date": s.say.Until(m.Request.Until, s.now(), s.zone),
	}
	if way := s.goes(m.Request.Vendor, false); way != "" && to.batch == "" {
		r.page.add(way, s.text("cli.request.or_send", args), s.text("cli.request.words", args), s.text("cli.request.good", args))
		return r, nil
	}
	r.page.add(s.text("cli.request.send", args), s.text("cli.request.words", args), s.text("cli.request.then", args))
	return r, nil
}

// saveTo writes the file itself, or puts it into a batch, and returns what was written.
func (s *session) saveTo(r *result, m licensing.Made, to target) (string, error) {
	if to.batch != "" {
		n, err := s.appendTo(to.batch, m.Name, m.File, olderRequest(m.File))
		r.page.add(s.text("cli.batch.appended", map[string]any{"file": to.batch, "n": n}))
		return to.batch, err
	}
	if to.out == "" {
		to.out = m.Name
	}
	return to.out, s.saveAs(to, m.File)
}

// vendor returns a trusted vendor. A command may ask once for every line it prints, and a snapshot is a whole
// evaluation, so what is known is remembered: it does not change while a command runs.
func (s *session) vendor(root string) (licensing.VendorView, bool) {
	if _, ok := s.vendors[root]; !ok {
		s.vendors = map[string]licensing.VendorView{}
		for _, v := range s.engine.Snapshot().Vendors {
			s.vendors[v.Root] = v
		}
	}
	v, ok := s.vendors[root]
	return v, ok
}

func (s *session) vendorName(root string) string {
	if v, ok := s.vendor(root); ok {
		return v.Name
	}
	return root
}

func (s *session) vendorContact(root string) string {
	v, _ := s.vendor(root)
	return v.Support
}

type requestListCmd struct{ reads }

type requestJSON struct {
	ID      string             `json:"id"`
	Kind    string             `json:"kind"`
	Vendor  string             `json:"vendor"`
	Name    string             `json:"vendor_name"`
	State   terms.RequestState `json:"state"`
	Created time.Time          `json:"created"`
	Until   time.Time          `json:"until"`
	SavedAs string             `json:"saved_as,omitempty"`
	Product string             `json:"product,omitempty"`
	Wanted  time.Time          `json:"wanted,omitzero"` // until when time was asked for
	Refusal *terms.Refusal     `json:"refusal,omitempty"`
	Way     way                `json:"way,omitempty"` // of one that is open: how it gets to the vendor
}

func (s *session) requestJSON(q terms.Request) requestJSON {
	j := requestJSON{
		ID: q.ID, Kind: q.Kind, Vendor: q.Vendor, Name: s.vendorName(q.Vendor), State: q.State,
		Created: q.Created.UTC(), Until: q.Until.UTC(), SavedAs: q.File, Product: q.Product, Wanted: q.Wanted.UTC(), Refusal: q.Refusal,
	}
	if q.State == terms.RequestOpen {
		j.Way = s.wayOf(q.Vendor)
	}
	return j
}

func (c *requestListCmd) run(_ context.Context, s *session) (result, error) {
	all := []requestJSON{}
	r := result{}
	var rows [][]string
	now := s.now()
	for _, q := range s.engine.Snapshot().Requests {
		all = append(all, s.requestJSON(q))
		rows = append(rows, []string{
			short(q.ID), string(q.State), s.text("cli.request.kind."+q.Kind, nil), s.vendorName(q.Vendor),
			s.text("cli.request.made", map[string]any{"date": s.say.ShortDate(q.Created, s.zone)}),
			s.text("cli.request.until", map[string]any{"date": s.say.ShortUntil(q.Until, now, s.zone)}), q.File,
		})
	}
	r.page.table(rows)
	if len(all) == 0 {
		r.page.add(s.text("cli.request.none", nil))
	}
	r.json = map[string]any{"requests": all}
	return r, nil
}

// short is the part of the id of a request or receipt that people type.
func short(id string) string { return id[:min(8, len(id))] }

type requestShowCmd struct {
	reads
	ID    string `arg:"" optional:"" help:"cli.arg.request"`
	Out   string `help:"cli.flag.out_again" placeholder:"FILE.hfreq|-"`
	Force bool   `help:"cli.flag.force"`
}

func (c *requestShowCmd) run(ctx context.Context, s *session) (result, error) {
	m, err := s.engine.RequestFile(c.ID)
	if err != nil {
		return result{}, s.closed(c.ID, err)
	}
	if c.Out != "" {
		return s.saveRequest(ctx, m, target{out: c.Out, force: c.Force}, nil)
	}
	if s.JSON {
		return s.saveRequest(ctx, m, target{out: "-"}, nil)
	}
	var r result
	r.page.add(s.text("cli.request.about", map[string]any{
		"id": short(m.Request.ID), "vendor": s.vendorName(m.Request.Vendor), "date": s.say.Date(m.Request.Created, s.zone),
	}))
	r.page.add(s.text("cli.request.words", map[string]any{"words": m.Words}))
	r.page.gap()
	r.page = append(r.page, strings.Split(strings.TrimRight(string(m.File), "\r\n"), "\n")...)
	return r, nil
}

// closed puts err, that no open request has this id, more exactly when one that is over has it.
func (s *session) closed(id string, err error) error {
	var wrong *licensing.Mistake
	if id == "" || !errors.As(err, &wrong) || wrong.Code != "request_unknown" {
		return err
	}
	for _, q := range s.engine.Snapshot().Requests {
		if !strings.HasPrefix(q.ID, strings.ToLower(id)) {
			continue
		}
		args := map[string]any{"id": short(q.ID), "vendor": s.vendorName(q.Vendor)}
		switch q.State {
		case terms.RequestAnswered:
			return mistake("request_answered", args)
		case terms.RequestRefused:
			return mistake("request_refused", args)
		case terms.RequestCancelled:
			return mistake("request_cancelled", args)
		case terms.RequestExpired:
			return mistake("request_expired", args)
		}
	}
	return err
}

type requestCancelCmd struct {
	writes
	ID string `arg:"" optional:"" help:"cli.arg.request"`
}

func (c *requestCancelCmd) run(ctx context.Context, s *session) (result, error) {
	q, err := s.engine.CancelRequest(ctx, c.ID)
	if err != nil {
		return result{}, s.closed(c.ID, err)
	}
	r := result{json: s.requestJSON(q)}
	r.page.add(s.text("cli.request.cancelled", map[string]any{"id": short(q.ID), "vendor": s.vendorName(q.Vendor)}))
	return r, nil
}

//go:build !windows

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

func uses(n int) []Use {
	all := make([]Use, n)
	for i := range all {
		all[i] = Use{Meter: "renders", Units: 2}
	}
	return all
}

// fault answers a usage request otherwise than it should.
type fault func(w http.ResponseWriter, record func())

func TestEveryFaultInBetweenCountsOnce(t *testing.T) {
	lost := func(w http.ResponseWriter) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		c.Close()
	}
	refuse := func(status int) fault {
		return func(w http.ResponseWriter, _ func()) {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"error":{"code":"busy","text":"Busy"}}`)
		}
	}
	for name, f := range map[string]fault{
		"the request was lost": func(w http.ResponseWriter, _ func()) { lost(w) },
		"the answer was lost":  func(w http.ResponseWriter, record func()) { record(); lost(w) },
		"the answer was cut": func(w http.ResponseWriter, record func()) {
			record()
			w.Header().Set("Content-Length", "900")
			fmt.Fprint(w, "{")
			lost(w)
		},
		"the endpoint is busy":  refuse(http.StatusServiceUnavailable),
		"the quota was reached": refuse(http.StatusTooManyRequests),
	} {
		t.Run(name, func(t *testing.T) {
			h, p := begin(t)
			faults := 3
			h.usage = func(w http.ResponseWriter, record func()) bool {
				if faults--; faults < 0 {
					return false
				}
				f(w, record)
				return true
			}
			done, end, err := p.RecordAll(t.Context(), uses(10))
			if err != nil || len(done) != 10 || end.Seq != 10 || h.units() != 20 || len(h.recorded) != 10 {
				t.Errorf("%d acknowledged, end %+v, %d units, %v", len(done), end, h.units(), err)
			}
		})
	}
}

func TestWithoutAnAnswerTheSameUsesCanBeSentByTheNextProgram(t *testing.T) {
	h, p := begin(t)
	h.usage = func(w http.ResponseWriter, record func()) bool {
		record()
		panic(http.ErrAbortHandler)
	}
	p.o.PatienceRecord = 1 // a nanosecond: once
	all := uses(3)
	if _, _, err := p.RecordAll(t.Context(), all); !errors.Is(err, ErrNoHoldfast) {
		t.Fatal(err)
	}
	for i, u := range all {
		if u.ID == "" {
			t.Errorf("use %d has no id", i)
		}
	}
	h.usage = nil
	next := open(t, h, filepath.Join(t.TempDir(), "w.json"))
	if done, _, err := next.RecordAll(t.Context(), all); err != nil || len(done) != 3 || h.units() != 6 {
		t.Errorf("%+v, %d units, %v", done, h.units(), err)
	}
}

func TestARefusalIsToldAtOnce(t *testing.T) {
	h, p := begin(t)
	asked := 0
	h.usage = func(w http.ResponseWriter, _ func()) bool {
		asked++
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"error":{"code":"meter_unknown","text":"The license has no such meter."}}`)
		return true
	}
	_, err := p.Record(t.Context(), "renders", 1)
	var r *Refused
	if !errors.As(err, &r) || r.Code != "meter_unknown" || r.Text == "" || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

func TestLargeBatchesAreCutToWhatTheEndpointTakes(t *testing.T) {
	h, p := begin(t)
	requests := 0
	h.usage = func(http.ResponseWriter, func()) bool { requests++; return false }
	done, _, err := p.RecordAll(t.Context(), uses(endpoint.MaxEvents+1))
	if err != nil || len(done) != endpoint.MaxEvents+1 || requests != 2 {
		t.Errorf("%d acknowledged in %d requests, %v", len(done), requests, err)
	}
	all := uses(9000)
	for i := range all {
		all[i].ID = fmt.Sprintf("%d-%s", i, strings.Repeat("<", 190)) // six bytes each in JSON
	}
	requests = 0
	done, end, err := p.RecordAll(t.Context(), all)
	if err != nil || len(done) != 9000 || requests < 9 || end.Seq != 19_001 {
		t.Errorf("%d acknowledged in %d requests, end %+v, %v", len(done), requests, end, err)
	}
}

func TestAnIdOfTheCallerIsKept(t *testing.T) {
	h, p := begin(t)
	for i := range 2 {
		d, err := p.Record(t.Context(), "renders", 5, "order-7")
		if err != nil || d.Again != (i == 1) || d.Conflict {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if d, err := p.Record(t.Context(), "renders", 6, "order-7"); err != nil || !d.Again || !d.Conflict || !d.Proven {
		t.Errorf("with another amount: %+v, %v", d, err)
	}
	if h.recorded["order-7"] != 5 || h.units() != 5 {
		t.Errorf("%v", h.recorded)
	}
}

func TestManyAtOnceAreAllCountedAndNoneLooksOlder(t *testing.T) {
	h, p := begin(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 25 {
				if _, err := p.Record(context.Background(), "renders", 1); err != nil {
					t.Error(err)
				}
				if _, err := p.Refresh(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if h.units() != 200 {
		t.Errorf("%d units", h.units())
	}
}

func TestUsesThatWereAcknowledgedAndAreGoneAreSaid(t *testing.T) {
	h, p := begin(t)
	if _, _, err := p.RecordAll(t.Context(), uses(10)); err != nil {
		t.Fatal(err)
	}
	h.seq = 3 // another program took them and recorded nothing, or a copy was put back
	p.later(time.Minute)
	if _, err := p.Check(t.Context(), "edit"); !errors.Is(err, ErrOlderRecords) {
		t.Errorf("the check says %v", err)
	}
	done, _, err := p.RecordAll(t.Context(), uses(1))
	if !errors.Is(err, ErrOlderRecords) || len(done) != 1 {
		t.Errorf("%d acknowledged, %v", len(done), err)
	}
}

func TestACancelledCallEndsAtOnce(t *testing.T) {
	h, p := begin(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.usage = func(http.ResponseWriter, func()) bool { cancel(); panic(http.ErrAbortHandler) }
	if _, err := p.Record(ctx, "renders", 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

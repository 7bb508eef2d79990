package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"holdfast/licensing/client"
	"holdfast/licensing/clock"
)

// meter records the uses in batches. A batch that got no answer is sent again with the same ids, until patience is over
// since something was last acknowledged.
func meter(ctx context.Context, c *client.Client, s settings, o *outcome, problems io.Writer) error {
	quiet := clock.Stopwatch() // since the last acknowledgement
	for left := s.events; left > 0; {
		batch := make([]client.Use, min(s.batch, left))
		for i := range batch {
			batch[i] = client.Use{Meter: s.meter, Units: s.units}
		}
		for len(batch) > 0 {
			done, end, err := c.RecordAll(ctx, batch)
			count(o, batch[:len(done)], done, end)
			if len(done) > 0 {
				quiet = clock.Stopwatch()
			}
			left, batch = left-len(done), batch[len(done):]
			var refused *client.Refused
			switch {
			case errors.Is(err, client.ErrOlderRecords):
				o.Older = true
			case err == nil:
			case ctx.Err() != nil, quiet() > s.patience, errors.As(err, &refused) && refused.Status < 429:
				return err
			default:
				o.Retried++
				fmt.Fprintln(problems, err)
				wait(ctx, 50*time.Millisecond)
			}
		}
	}
	return nil
}

// count adds what was acknowledged. One that was recorded by a request whose answer was lost is acknowledged now, once.
func count(o *outcome, batch []client.Use, done []client.Recorded, end client.Tail) {
	for i, d := range done {
		o.Events++
		o.Units += batch[i].Units
		if d.Again {
			o.Again++
		}
		if !d.Proven {
			o.Unproven++
		}
	}
	if end.Seq > 0 {
		o.Ledger, o.Seq, o.Head = end.Ledger, end.Seq, end.Head
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

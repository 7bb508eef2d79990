// Command holdfast-issuer is the vendor's program: it makes license keys and answers requests.
//
//	holdfast-issuer init --dir acme --vendor acme --name "Acme GmbH"
//	holdfast-issuer profile --dir acme --out acme.hfkey
//	holdfast-issuer license create --dir acme --policy policy.yaml
//	holdfast-issuer answer --dir acme request.hfreq --out outbox/
//	holdfast-issuer extend|hold|revoke SERIAL --dir acme … --out outbox/
//	holdfast-issuer notice maintenance|outage|policy|migration --dir acme … --out outbox/
//	holdfast-issuer policy publish policy.yaml --dir acme --out outbox/
//	holdfast-issuer answer --dir acme usage.hfuse mail.eml --out outbox/
//	holdfast-issuer watch inbox --dir acme --out outbox
//	holdfast-issuer usage report --dir acme --format csv
//
// Results go to standard output, notes and problems to standard error. It never asks a question, so it can be run from
// scripts. Exit codes are those of words.md 6.2 and stable, and so is the JSON of --json.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], world{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, fs: disk.OS(),
		now: func() time.Time { return clock.System().Read().Wall },
		running: func() (string, time.Duration) {
			r := clock.System().Read()
			return r.Boot, r.Running
		},
		wait: func(ctx context.Context, d time.Duration) {
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		},
	})
	stop()
	os.Exit(code)
}

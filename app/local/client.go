package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"holdfast/licensing/client/endpoint"
)

// OwnOrAsk takes the lock of home, or has the process that holds it run c. Exactly one of owner and answer is
// set when err is nil. ErrBusy: the lock stayed taken and its owner accepted nothing for Patience.
func OwnOrAsk(ctx context.Context, home string, c Command) (*Owner, *Answer, error) {
	pause := 5 * time.Millisecond
	for deadline := time.Now().Add(Patience); ; {
		o, err := Take(home)
		if err == nil {
			return o, nil, nil
		}
		if !errors.Is(err, ErrTaken) {
			return nil, nil, err
		}
		a, err := ask(ctx, home, c, time.Until(deadline))
		switch {
		case err == nil:
			return nil, &a, nil
		case !errors.Is(err, endpoint.ErrNobody):
			return nil, nil, err
		case time.Until(deadline) < pause:
			return nil, nil, ErrBusy
		}
		// The owner is about to listen, or has just stopped.
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, 50*time.Millisecond)
	}
}

// Ask has the owner of home run c and waits up to patience until it accepts it.
func Ask(ctx context.Context, home string, c Command, patience time.Duration) (Answer, error) {
	a, err := ask(ctx, home, c, patience)
	if errors.Is(err, endpoint.ErrNobody) {
		err = ErrBusy
	}
	return a, err
}

func ask(ctx context.Context, home string, c Command, patience time.Duration) (Answer, error) {
	address := endpoint.Read(home)
	if address == "" {
		return Answer{}, endpoint.ErrNobody
	}
	body, err := json.Marshal(c.packed())
	if err != nil {
		return Answer{}, err
	}
	if len(body) > MaxBody {
		return Answer{}, fmt.Errorf("the command has %d bytes, more than %d", len(body), MaxBody)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime+drainTime)
	defer cancel()
	// The first wait ends with the header, the second with the answer.
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	timer := time.AfterFunc(patience, func() { giveUp(ErrBusy) })
	defer timer.Stop()
	req, err := http.NewRequestWithContext(waiting, http.MethodPost, "http://"+endpoint.Host+commandPath, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	t := &http.Transport{
		Proxy:                  nil,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeader,
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return endpoint.Dial(ctx, address) },
	}
	defer t.CloseIdleConnections()
	res, err := t.RoundTrip(req)
	switch {
	case errors.Is(context.Cause(waiting), ErrBusy):
		return Answer{}, ErrBusy
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case err != nil:
		return Answer{}, errors.Join(endpoint.ErrNobody, err)
	}
	timer.Stop()
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusServiceUnavailable:
		return Answer{}, ErrBusy
	case http.StatusNotImplemented, http.StatusNotFound:
		return Answer{}, ErrOtherVersion
	default:
		return Answer{}, fmt.Errorf("the owner of this home answered %s", res.Status)
	}
	var a Answer
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&a); err != nil {
		if ctx.Err() != nil {
			return Answer{}, ctx.Err()
		}
		return Answer{}, errors.Join(ErrLost, err)
	}
	return a, nil
}

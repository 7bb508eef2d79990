package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// Codes of a command that a service runs.
const (
	codeServing issuer.Code = "serving" // a flag that only the process with the store open can heed
	codeLost    issuer.Code = "lost"    // the service took the command and went away
	codeHeldUp  issuer.Code = "held_up" // what a service said that could not do it
)

// errNoService says that no service has the folder open.
var errNoService = errors.New("no service answers for this folder")

// elsewhere has the service on the command's folder run it. done is false when there is none: the command opens the folder itself.
func (p *program) elsewhere(command *kong.Context, args []string) (done bool, err error) {
	dir := p.folderOf(command)
	if dir == "" || p.host != nil || p.cli.Database != "" || endpoint.Read(dir) == "" {
		return false, nil
	}
	if err := p.heeds(command); err != nil {
		return true, err
	}
	var stdin io.Reader
	if readsInput(command) {
		stdin = p.in
	}
	a, done, err := p.forward(dir, args, stdin)
	if !done || err != nil {
		return done, err
	}
	_, _ = p.err.Write(a.Stderr)
	_, err = p.out.Write(a.Stdout)
	p.code = a.Code
	return true, err
}

// forward has the service on a folder run a command line. done is false when there is none.
func (p *program) forward(dir string, args []string, stdin io.Reader) (a deskAnswer, done bool, err error) {
	address := endpoint.Read(dir)
	if address == "" {
		return a, false, nil
	}
	conn, err := p.reach(address)
	if err != nil {
		return a, false, nil // left behind by a service that is gone
	}
	defer conn.Close()
	here, err := os.Getwd()
	if err != nil {
		return a, true, err
	}
	c := deskCommand{Schema: deskSchema, Dir: []byte(here)}
	for _, arg := range args {
		c.Args = append(c.Args, []byte(arg))
	}
	if stdin != nil {
		if c.Stdin, err = exchange.ReadStream(stdin); err != nil {
			return a, true, inFile("-", err)
		}
	}
	a, err = p.ask(conn, c)
	if errors.Is(err, errNoService) {
		err = &issuer.Error{Code: codeServedFull, Err: err}
	}
	return a, true, err
}

// folderOf is the issuer's folder that a command works on; "" for one that opens none, or goes on for ever.
func (p *program) folderOf(command *kong.Context) string {
	switch c := command.Selected().Target.Addr().Interface().(type) {
	case *initCommand, *serveCommand, *moveCommand: // they need the store for themselves
		return ""
	case *watchCommand:
		if !c.Once {
			return "" // it asks whenever there is something to do
		}
	}
	if f := command.Selected().Target.FieldByName("Dir"); f.IsValid() {
		return f.String()
	}
	return ""
}

// heeds says which flags the service's process decides: its keys are open already, and what it was told of its clock counts.
func (p *program) heeds(command *kong.Context) error {
	if p.cli.ClockIsRight {
		return &issuer.Error{Code: codeServing, Slots: map[string]any{"flag": "--clock-is-right"}}
	}
	if c, ok := command.Selected().Target.Addr().Interface().(*rotateCommand); ok && c.RootDir != "" {
		return &issuer.Error{Code: codeServing, Slots: map[string]any{"flag": "--root-dir"}}
	}
	for flag, value := range map[string]string{"--passphrase-file": p.cli.PassphraseFile, "--signer-command": p.cli.SignerCommand} {
		if value != "" {
			p.note("issuer.say.serve.not_needed", map[string]any{"flag": flag})
		}
	}
	return nil
}

// readsInput says whether a command was told to read standard input.
func readsInput(command *kong.Context) bool {
	for _, v := range append(command.Selected().Positional, flagValues(command.Selected().Flags)...) {
		if v.Name == "out" {
			continue
		}
		switch given := v.Target.Interface().(type) {
		case string:
			if given == "-" {
				return true
			}
		case []string:
			for _, s := range given {
				if s == "-" {
					return true
				}
			}
		}
	}
	return false
}

func flagValues(flags []*kong.Flag) []*kong.Value {
	var all []*kong.Value
	for _, f := range flags {
		all = append(all, f.Value)
	}
	return all
}

func (p *program) reach(address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(p.ctx, deskPatience)
	defer cancel()
	return endpoint.Dial(ctx, address)
}

// ask sends a command over conn. errNoService: it was not taken.
func (p *program) ask(conn net.Conn, c deskCommand) (deskAnswer, error) {
	var a deskAnswer
	body, err := json.Marshal(c)
	if err != nil {
		return a, err
	}
	// The first wait ends with the header, the second with the answer.
	ctx, giveUp := context.WithTimeout(p.ctx, deskTime+deskPatience)
	defer giveUp()
	taken := time.AfterFunc(deskPatience, giveUp)
	defer taken.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+endpoint.Host+deskPath, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	t := &http.Transport{
		Proxy: nil, DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}
	res, err := t.RoundTrip(req)
	if p.ctx.Err() != nil {
		return a, context.Canceled
	}
	if err != nil {
		return a, fmt.Errorf("%w: %v", errNoService, err) // not %w: giving up on it is no Ctrl-C
	}
	taken.Stop()
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%w: %s", errNoService, res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 2*maxPrinted)).Decode(&a); err != nil {
		if p.ctx.Err() != nil {
			return a, context.Canceled
		}
		return a, &issuer.Error{Code: codeLost, Err: err}
	}
	return a, nil
}

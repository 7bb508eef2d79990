package cli

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"holdfast/app"
	"holdfast/app/local"
)

// refreshEvery is how often an agent looks at dates, clock and key store again, as the window does.
const refreshEvery = time.Minute

type agentCmd struct {
	alone
	Metrics string `help:"cli.flag.metrics" placeholder:"FILE"`
}

// AgentOptions say what an agent does beside answering.
type AgentOptions struct {
	// Ready is called once, when others can reach it.
	Ready func(home, address string) error
	// Every runs after that and once a minute; nil: nothing.
	Every func(ctx context.Context, o Opened)
}

// agentReady is the one line that an agent prints with --json.
type agentReady struct {
	Schema  int    `json:"schema_version"`
	Ready   bool   `json:"ready"`
	Home    string `json:"home"`
	Address string `json:"address"` // of the socket or pipe
	Process int    `json:"pid"`
	Version string `json:"version"`
}

// run answers licensed programs and commands until it is told to stop. The process that owns the home already says so.
func (c *agentCmd) run(ctx context.Context, s *session) (result, error) {
	if s.Agent == nil {
		r := result{code: codeLater, err: true, json: map[string]any{"ready": false}}
		r.page.add(s.text("cli.agent.running", nil))
		return r, nil
	}
	if c.Metrics != "" {
		if err := s.measurable(c.Metrics); err != nil {
			return result{}, err
		}
	}
	o := AgentOptions{Ready: func(home, address string) error {
		line := []byte(s.text("cli.agent.ready", map[string]any{"home": home}))
		if s.JSON {
			var err error
			line, err = json.Marshal(agentReady{schemaVersion, true, home, address, os.Getpid(), app.ThisBuild().Version})
			if err != nil {
				return err
			}
		} else if s.Quiet {
			return nil
		}
		_, err := s.Out.Write(append(line, '\n'))
		return err
	}}
	if c.Metrics != "" {
		o.Every = s.keepMetrics(c.Metrics)
	}
	err := s.Agent(ctx, s.access, o)
	return result{raw: []byte{}}, err
}

// agent owns the home and makes contacts until ctx ends.
func (p process) agent(ctx context.Context, a Access, does AgentOptions) (err error) {
	o := p.Options
	o.Home, o.KeyStore, o.Commands = a.Home, a.KeyStore, p.commands
	c, err := p.command(a)
	if err != nil {
		return err
	}
	opened, err := ownSoon(ctx, o, c)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := opened.Close(); err == nil {
			err = cerr
		}
	}()
	e, err := opened.Engine()
	if err != nil {
		return err
	}
	if opened.Address() == "" {
		return mistake("agent_unreachable", nil)
	}
	if err := does.Ready(opened.Home(), opened.Address()); err != nil {
		return err
	}
	opened.StartContacts()
	every := func() {
		if does.Every != nil {
			does.Every(ctx, Opened{Home: opened, Engine: e})
		}
	}
	every()
	again := time.NewTicker(refreshEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
			e.Refresh(ctx)
			every()
		}
	}
}

// ownSoon owns a home. An owner may be a command that ends in a moment; one that stays gives its answer.
func ownSoon(ctx context.Context, o app.Options, c local.Command) (*app.App, error) {
	patience := time.NewTimer(local.Patience)
	defer patience.Stop()
	for {
		opened, answer, err := app.Open(ctx, o, c)
		if err != nil || opened != nil {
			return opened, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-patience.C:
			return nil, Answered{*answer}
		case <-time.After(100 * time.Millisecond):
		}
	}
}

package cli

import "context"

type setupCmd struct {
	writes
	Again bool `help:"cli.flag.again" required:""`
	Yes   bool `help:"cli.flag.yes_setup"`
}

// run makes new keys for this computer after the old ones are lost.
func (c *setupCmd) run(ctx context.Context, s *session) (result, error) {
	if !c.Yes {
		return result{}, mistake("setup_needs_yes", nil)
	}
	if err := s.engine.SetUpAgain(ctx); err != nil {
		return result{}, err
	}
	snap := s.engine.Snapshot()
	r := result{json: map[string]any{"device": map[string]string{"code": snap.Device.Code}, "state": snap.Verdict.Main.State}}
	a := s.tell(snap.Verdict.Main, snap.Verdict.At)
	r.page.add(s.text("cli.setup.done", map[string]any{"code": snap.Device.Code}), a.Headline, a.Do)
	return r, nil
}

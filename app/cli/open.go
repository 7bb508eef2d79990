package cli

import "context"

type openCmd struct {
	alone
	Files []string `arg:"" optional:"" name:"file" help:"cli.arg.open"`
}

// run shows the window, or brings the one that is there to the front, with the files looked at.
func (c *openCmd) run(ctx context.Context, s *session) (result, error) {
	if s.Window == nil {
		return result{}, mistake("no_window", nil)
	}
	var files []string
	for _, f := range c.Files {
		files = append(files, s.resolve(f))
	}
	code, err := s.Window(ctx, s.access, files)
	return result{code: code}, err
}

package cli

import (
	"context"
	"errors"
	"strings"

	"holdfast/docs"
)

type guideCmd struct {
	alone
	Name string `arg:"" optional:"" help:"cli.arg.guide"`
}

type guideJSON struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Lang  string `json:"lang"`
	Text  string `json:"text,omitempty"`
}

// run lists the guides, or prints one as text.
func (c *guideCmd) run(_ context.Context, s *session) (result, error) {
	if c.Name != "" {
		g, err := s.guide(c.Name)
		if err != nil {
			return result{}, err
		}
		r := result{json: map[string]any{"guide": g}}
		r.page = strings.Split(strings.TrimRight(g.Text, "\n"), "\n")
		return r, nil
	}
	var r result
	all := []guideJSON{}
	var rows [][]string
	for _, name := range docs.Names() {
		g, err := s.guide(name)
		if err != nil {
			return r, err
		}
		g.Text = ""
		all = append(all, g)
		rows = append(rows, []string{g.Name, g.Title})
	}
	r.page.table(rows)
	r.json = map[string]any{"guides": all}
	return r, nil
}

func (s *session) guide(name string) (guideJSON, error) {
	g, err := docs.Read(name, s.say.Language())
	if errors.Is(err, docs.ErrUnknown) {
		return guideJSON{}, mistake("guide_unknown", map[string]any{"name": name, "names": strings.Join(docs.Names(), "|")})
	}
	if err != nil {
		return guideJSON{}, err
	}
	return guideJSON{Name: g.Name, Title: g.Title, Lang: g.Lang, Text: g.Plain()}, nil
}

package cli

import (
	"context"
	"strings"
	"time"
)

type keysImportCmd struct {
	writes
	Files []string `arg:"" name:"file" help:"cli.arg.key_files"`
	Yes   bool     `help:"cli.flag.yes_trust"`
}

// run is import with another name: what is asked is to trust the vendor.
func (c *keysImportCmd) run(ctx context.Context, s *session) (result, error) {
	return s.use(ctx, c.Files, c.Yes)
}

type keysListCmd struct{ reads }

type vendorJSON struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Root    string    `json:"root"`
	Words   []string  `json:"words"`
	Version int       `json:"version"`
	Keys    []string  `json:"keys"`
	URLs    []string  `json:"urls"`
	Support string    `json:"support,omitempty"`
	Trusted time.Time `json:"trusted"`
	HasKey  bool      `json:"has_license_key"`
}

func (c *keysListCmd) run(_ context.Context, s *session) (result, error) {
	vendors := []vendorJSON{}
	r := result{}
	for _, v := range s.engine.Snapshot().Vendors {
		vendors = append(vendors, vendorJSON{
			ID: v.ID, Name: v.Name, Root: v.Root, Words: list(v.Words), Version: v.Version, Keys: list(v.KeyIDs), URLs: list(v.URLs),
			Support: v.Support, Trusted: v.Trusted.UTC(), HasKey: v.HasKey,
		})
		r.page.add(s.text("cli.keys.vendor", map[string]any{"name": v.Name, "id": v.ID, "root": v.Root[:min(8, len(v.Root))]}))
		r.page.indent(
			s.text("cli.keys.words", map[string]any{"words": strings.Join(v.Words, " ")}),
			s.addresses(v.URLs),
			s.text("cli.keys.trusted", map[string]any{"date": s.say.Date(v.Trusted, s.zone)}),
		)
		if v.HasKey {
			r.page.indent(s.text("cli.keys.has_key", nil))
		}
	}
	if len(vendors) == 0 {
		r.page.add(s.text("cli.keys.none", nil))
	}
	r.json = map[string]any{"vendors": vendors}
	return r, nil
}

// addresses says whom this computer contacts for a vendor.
func (s *session) addresses(urls []string) string {
	if len(urls) == 0 {
		return s.text("cli.keys.no_address", nil)
	}
	return s.text("cli.keys.addresses", map[string]any{"urls": strings.Join(urls, " ")})
}

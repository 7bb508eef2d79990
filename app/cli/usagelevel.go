package cli

import (
	"context"
	"slices"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/usage"
)

// levels are the levels of detail, least first.
var levels = []string{usage.LevelContract, usage.LevelComputer, usage.LevelFull}

// levelDefault takes a person's choice back.
const levelDefault = "default"

type usageLevelCmd struct {
	Level  string `arg:"" optional:"" help:"cli.arg.level"`
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
}

// needs: a level that is only looked at changes nothing.
func (c *usageLevelCmd) needs() need {
	if c.Level == "" {
		return reading
	}
	return writing
}

type levelJSON struct {
	Vendor     string `json:"vendor"` // root
	VendorName string `json:"vendor_name"`
	Level      string `json:"level"`
	By         string `json:"by,omitempty"`
	Locked     bool   `json:"locked,omitempty"` // no other can be chosen
}

// run shows at which level of detail usage leaves, and who decided it, or keeps the person's choice.
func (c *usageLevelCmd) run(ctx context.Context, s *session) (result, error) {
	if c.Level != "" {
		level := c.Level
		if level == levelDefault {
			level = ""
		} else if err := knownLevel(level); err != nil {
			return result{}, err
		}
		if err := s.engine.SetUsageLevel(ctx, c.Vendor, level); err != nil {
			return result{}, err
		}
	}
	all := []levelJSON{}
	r := result{}
	for _, u := range s.engine.Snapshot().Usage {
		if !s.isVendor(u.Root, c.Vendor) {
			continue
		}
		all = append(all, levelJSON{Vendor: u.Root, VendorName: u.Vendor, Level: u.Level, By: u.LevelBy, Locked: u.LevelSet})
		r.page.add(s.text("cli.usage.vendor", map[string]any{"vendor": u.Vendor}))
		r.page.indent(s.levelLine(u), s.text("cli.usage.level.about."+u.Level, nil))
	}
	if len(all) == 0 {
		r.page.add(s.text("cli.usage.none", nil))
	}
	r.json = map[string]any{"levels": all}
	return r, nil
}

func knownLevel(level string) error {
	if !slices.Contains(levels, level) {
		return mistake("usage_level", map[string]any{"level": level})
	}
	return nil
}

// levelLine is the level in force with who decided it.
func (s *session) levelLine(u licensing.UsageView) string {
	if u.Level == "" {
		return ""
	}
	args := map[string]any{"level": u.Level}
	switch u.LevelBy {
	case "contract":
		return s.text("cli.usage.level.contract", args)
	case licensing.UsageByOrganization:
		id := "cli.usage.level.organization"
		if args["org"] = u.LevelOrg; u.LevelOrg == "" {
			id = "cli.usage.level.organization.unnamed"
		}
		return s.text(id, args)
	case licensing.UsageByNobody:
		return s.text("cli.usage.level.meanwhile", args)
	case "person":
		return s.text("cli.usage.level.person", args)
	}
	return s.text("cli.usage.level", args)
}

// isVendor says whether name ("" for any, an id, "id@root" or a root) means the vendor with this root.
func (s *session) isVendor(root, name string) bool {
	if name == "" {
		return true
	}
	v, _ := s.vendor(root)
	id, part, _ := strings.Cut(name, "@")
	return strings.EqualFold(name, root) || strings.EqualFold(id, v.ID) && strings.HasPrefix(root, strings.ToLower(part))
}

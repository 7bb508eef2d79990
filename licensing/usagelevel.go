package licensing

import (
	"context"

	"holdfast/licensing/ledger"
	"holdfast/licensing/usage"
)

// UsageRule is the level of detail of usage files that counts for all vendors here; none lets more leave than its contract says.
type UsageRule struct {
	Level  string // "" for no rule
	By     string // UsageByPerson, UsageByOrganization or UsageByNobody
	Org    string // who that is; "" when not known
	Locked bool   // no other level can be chosen
}

// Whom a UsageRule is from.
const (
	UsageByPerson       = levelByPerson
	UsageByOrganization = "organization"
	UsageByNobody       = "meanwhile" // it counts until what may have decided otherwise can be read
)

// levelInForce is the level of detail for a vendor and who set it: "contract", "person", "organization", "meanwhile" or "".
type levelInForce struct {
	level, by string
	most      string // what the contract lets leave
	rule      UsageRule
}

// The words of UsageView.LevelBy.
const (
	levelByContract = "contract"
	levelByPerson   = "person"
)

// levelsInForce are those of all vendors, by root.
func (r *records) levelsInForce(t *meterTable, rule UsageRule) map[string]levelInForce {
	all := map[string]levelInForce{}
	for _, v := range t.vendors {
		l := levelInForce{level: usage.LevelContract, most: usage.LevelContract}
		if levels[v.level] > levels[usage.LevelContract] {
			l = levelInForce{level: v.level, by: levelByContract, most: v.level}
		}
		chosen := r.Usage[v.root].Level
		switch {
		case rule.Locked, levels[rule.Level] > 0 && chosen == "":
			if l.by, l.rule = rule.By, rule; levels[rule.Level] > 0 {
				l.level = rule.Level
			}
			if levels[l.level] > levels[l.most] {
				l.level = l.most
			}
		case chosen != "" && levels[chosen] <= levels[l.most]:
			l.level, l.by = chosen, levelByPerson
		}
		all[v.root] = l
	}
	return all
}

// grain is to how many seconds times are cut at a level.
func grain(level string) int64 {
	if level == usage.LevelFull {
		return 1
	}
	return 3600
}

// levelOf is the level of a file that was asked for at a level: the highest one when times in it are finer. They stay as they were
// recorded, so the file says what it holds.
func levelOf(c usage.Contents, level string) string {
	for _, row := range c.Rows {
		if row.Session != nil && row.Session.Grain < grain(level) {
			return usage.LevelFull
		}
	}
	return level
}

// allows says whether a person may choose a level: what the contract says is the most that leaves.
func (l levelInForce) allows(level string) error {
	switch {
	case levels[level] == 0:
		return &Mistake{Code: "usage_level", Args: map[string]any{"level": level}}
	case l.rule.Locked && level != l.level && l.by == UsageByNobody:
		return &Mistake{Code: "usage_level_meanwhile", Args: map[string]any{"level": l.level}}
	case l.rule.Locked && level != l.level:
		return &Mistake{Code: "usage_level_set", Args: map[string]any{"level": l.level, "org": l.rule.Org}}
	case levels[level] > levels[l.most]:
		return &Mistake{Code: "usage_level_high", Args: map[string]any{"level": level, "most": l.most}}
	}
	return nil
}

// DecideUsageLevel has a rule count from now on. It records nothing: whoever keeps the rule tells it again at the next start.
func (e *Engine) DecideUsageLevel(rule UsageRule) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.usageRule == rule || e.closed {
		return
	}
	was := e.listsOf(e.rec).levels
	e.usageRule, e.lists = rule, nil
	for root, l := range e.listsOf(e.rec).levels {
		if l.level != was[root].level {
			e.endSessions(root)
		}
	}
	e.changed()
}

// endSessions begins a new session of each ledger of a vendor with its next use: the grain of times belongs to a session.
func (e *Engine) endSessions(root string) {
	for _, l := range e.ledgersOf(root) {
		l.book.EndSession()
	}
}

// SetUsageLevel keeps a person's choice of level for a vendor; "" takes it back. What was recorded before stays as it was. The error
// is a *Mistake for a vendor or level that cannot be.
func (e *Engine) SetUsageLevel(ctx context.Context, vendor, level string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	v, err := e.vendor(vendor)
	if err != nil {
		return err
	}
	if level != "" {
		if err := e.listsOf(e.rec).levels[v.Root].allows(level); err != nil {
			return err
		}
	}
	if err := e.begin(ctx); err != nil {
		return err
	}
	u := e.rec.Usage[v.Root]
	if u.Level == level {
		return nil
	}
	u.Root, u.Level = v.Root, level
	ev := ledger.Event{Kind: "usage_level", Reason: level, Authority: "person", Vendor: v.Root}
	if level == "" {
		ev.Reason = "default"
	}
	if err := e.commit(ctx, ev, change{Usage: []usageRecord{u}}); err != nil {
		return err
	}
	e.endSessions(v.Root)
	return nil
}

package cli

import (
	"strings"

	"holdfast/licensing/terms"
)

// commandOf is the command that does what a button does: its verb, and what else it needs. Both are "" for none.
func commandOf(a terms.Action) (verb, rest string) {
	switch a {
	case terms.ActUseFile:
		return "import", " FILE"
	case terms.ActRequest:
		return "request activate", " --out FILE"
	case terms.ActShowRequest, terms.ActSendRequest:
		return "request show", ""
	case terms.ActTellBuyer:
		return "tell buyer", ""
	case terms.ActSetUpAgain:
		return "setup --again", " --yes"
	case terms.ActTrust:
		return "keys import", " FILE --yes"
	case terms.ActUnlock, terms.ActTryAgain:
		return "status", " --interactive"
	case terms.ActCheckin, terms.ActConfirmComputer:
		return "request checkin", " --out FILE"
	case terms.ActMoreTime:
		return "moretime", " --until DATE --out FILE"
	case terms.ActCheckAgain:
		return "clock show", ""
	case terms.ActConfirmRestore:
		return "clock confirm", ""
	case terms.ActSeeChanges:
		return "notices list", ""
	case terms.ActAskVendor:
		return "tell vendor", ""
	case terms.ActExportUsage:
		return "usage preview", ""
	case terms.ActSeeReceipt:
		return "receipts list", ""
	}
	return "", ""
}

// commands are the lines with the commands of a finding's two ways.
func (s *session) commands(v terms.Verdict, f terms.Finding) []string {
	var lines []string
	for _, x := range []struct {
		id     string
		action terms.Action
	}{{"cli.label.command", f.Action}, {"cli.label.also", f.Also}} {
		verb, rest := commandOf(x.action)
		if verb == "" {
			continue
		}
		switch x.action {
		case terms.ActRequest:
			rest = s.requestOptions(f.State) + rest
		case terms.ActCheckin, terms.ActConfirmComputer, terms.ActMoreTime:
			rest = s.vendorFor(v, f) + rest
		case terms.ActExportUsage:
			if len(s.engine.Snapshot().Usage) > 1 {
				rest = " --vendor ID"
			}
		case terms.ActAskVendor:
			if f.Product != "" {
				rest = " --product " + f.Product
			}
		}
		id := x.id
		if len(lines) == 0 {
			id = "cli.label.command"
		}
		lines = append(lines, s.text(id, nil)+" holdfast "+verb+rest)
	}
	return lines
}

// actions are the verbs of a finding's two ways.
func (s *session) actions(f terms.Finding) []string {
	verbs := []string{}
	for _, a := range []terms.Action{f.Action, f.Also} {
		if verb, _ := commandOf(a); verb != "" {
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

// vendorFor names the vendor that a request about a finding goes to, where there are several.
func (s *session) vendorFor(v terms.Verdict, f terms.Finding) string {
	if len(s.engine.Snapshot().Vendors) < 2 {
		return ""
	}
	for _, p := range v.Products {
		if strings.EqualFold(p.ID, f.Product) && (f.License == "" || p.License == f.License) {
			return " --vendor " + s.vendorOption(p.Vendor)
		}
	}
	return " --vendor ID"
}

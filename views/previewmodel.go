package views

import (
	"path/filepath"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// change is one line of what changes.
type change struct {
	Sign            byte
	Name, Text, Was string
}

// previewFile is one file that came in.
type previewFile struct {
	Name, From   string
	Tone         terms.Tone
	Symbol, Word string // of the chip
	For, Answer  string // for this computer, and whether it is
	Here         bool
	Words        string
	Repaired     string
	State        string // why it cannot be used, when it cannot
	Changes      []change
	Facts        [][2]string // what a question or a decision says, and whom a new vendor has contacted
}

// trustModel is the question about a new vendor.
type trustModel struct {
	Title, How, Tick string
	Words            []string
	Agreed           bool
}

// previewModel is everything the preview shows. Use is the label of the one button that changes something, "" when
// nothing can be used.
type previewModel struct {
	Title   string
	Banner  banner
	Finding terms.Finding
	Files   []previewFile
	Others  string
	Trust   *trustModel
	Loss    string
	Use     string
	Command string
}

// preview turns a report about files into words. paths are what the person named, for the command.
func (v voice) preview(s licensing.Snapshot, rep licensing.Report, paths []string) previewModel {
	m := previewModel{Title: v.t("preview.title"), Finding: rep.Finding}
	if len(rep.Items) > 1 {
		m.Title = v.t("preview.title_many", "n", len(rep.Items))
	}
	var usable []licensing.Item
	trust := false
	for _, it := range rep.Items {
		if it.ForOther && rep.ForOthers > 0 {
			continue
		}
		m.Files = append(m.Files, v.file(s, it))
		if !it.Usable {
			continue
		}
		usable = append(usable, it)
		if it.NeedsTrust && m.Trust == nil {
			trust = true
			m.Trust = &trustModel{Title: v.t("trust.words"), How: v.t("trust.how"), Tick: v.t("trust.tick"), Words: it.RootWords}
		}
	}
	if len(m.Files) == 1 {
		m.Files[0].State = "" // the banner says it
	}
	m.Loss = v.lossNote(usable)
	if rep.ForOthers > 0 && len(m.Files) > 0 {
		m.Others = v.t("preview.others", "n", rep.ForOthers)
	}
	if newVendors(usable) > 1 { // each is a decision of its own
		m.Trust, m.Banner = nil, banner{Tone: terms.ToneNotice, Answers: plain.Answers{
			Headline: v.t("preview.vendors"), Happened: v.t("preview.vendors.happened"), Works: v.t("preview.nothing.works"),
			Do: v.t("preview.vendors.do"), By: v.t("preview.nothing.by"),
		}}
		return m
	}
	m.Banner = v.previewBanner(s, rep, usable, trust, m.Loss != "")
	if it, ok := ownUsage(rep); ok {
		m.Banner, m.Finding.Slots = v.ownUsageBanner(s, it), terms.Slots{"vendor": vendorName(s, usageRootOf(s, it))}
	}
	m.Use = v.useLabel(usable, m.Loss != "")
	if len(usable) > 0 {
		args := fileArgs(paths)
		if trust || m.Loss != "" {
			args = append(args, "--yes")
		}
		m.Command = commandLine("import", args...)
		m.Banner.Answers.Button = ""
	}
	return m
}

// newVendors counts the vendors that would have to be trusted first.
func newVendors(items []licensing.Item) int {
	words := map[string]bool{}
	for _, it := range items {
		if it.NeedsTrust {
			words[strings.Join(it.RootWords, " ")] = true
		}
	}
	return len(words)
}

func (v voice) useLabel(usable []licensing.Item, loss bool) string {
	switch {
	case len(usable) == 0:
		return ""
	case usable[0].NeedsTrust:
		name, _ := usable[0].Finding.Slots["name"].(string)
		return v.t("trust.use", "vendor", name)
	case loss && !decided(usable[0]):
		return v.t("preview.use_loss")
	case len(usable) > 1:
		return v.t("preview.use_many")
	}
	switch usable[0].Kind {
	case exchange.KindLicense, exchange.KindKey:
		return v.t("preview.use")
	case exchange.KindRefusal:
		return v.t("preview.use_answer")
	}
	return v.t("preview.use_file")
}

// previewBanner says in one sentence what the files are. A file that can be used is told as what it is, not as what
// will be: nothing has changed yet.
func (v voice) previewBanner(s licensing.Snapshot, rep licensing.Report, usable []licensing.Item, trust, loss bool) banner {
	if len(rep.Items) == 0 && rep.Finding.State == "" {
		return banner{Tone: terms.ToneNotice, Answers: plain.Answers{
			Headline: v.t("preview.nothing"), Happened: v.t("preview.nothing.happened"), Works: v.t("preview.nothing.works"),
			Do: v.t("preview.nothing.do"), By: v.t("preview.nothing.by"),
		}}
	}
	if len(usable) == 0 || trust || usable[0].Kind == exchange.KindRefusal {
		f := rep.Finding
		if len(usable) > 0 {
			f = usable[0].Finding
		}
		b := v.banner(s, f)
		b.Eyebrow = ""
		if trust {
			b.Answers.Do = v.t("trust.do")
		}
		return b
	}
	it := usable[0]
	if len(usable) == 1 && decided(it) {
		return v.decisionBanner(s, it)
	}
	b := banner{Tone: terms.ToneNotice, Symbol: "filein"}
	a := &b.Answers
	a.Happened = v.t("preview.happened", "vendor", it.Vendor, "date", v.long(it.Issued))
	a.Works, a.Do = v.t("preview.works"), v.t("preview.do")
	a.By = v.Say(it.Finding, s.Verdict.At, v.zone).By
	switch {
	case loss:
		b.Tone, b.Symbol, a.Headline = terms.ToneWarn, "", v.t("preview.loss")
	case len(usable) > 1:
		a.Headline, a.Happened = v.t("preview.many", "n", len(usable)), v.t("preview.happened_many")
	case it.Kind == exchange.KindProfile:
		a.Headline = v.t("preview.key_file", "vendor", it.Vendor)
	case it.Kind != exchange.KindLicense && it.Kind != exchange.KindKey && v.Has("ui.preview.kind."+string(it.Kind)):
		a.Headline = v.t("preview.kind."+string(it.Kind), "vendor", it.Vendor)
		a.Happened += " " + v.headline(it.Finding, s.Verdict.At)
		if it.Finding.State == terms.StateUsageMismatch {
			b.Tone, b.Symbol = terms.ToneWarn, ""
		}
	default:
		a.Headline = v.t("preview.for_here")
	}
	return b
}

func (v voice) file(s licensing.Snapshot, it licensing.Item) previewFile {
	f := previewFile{Name: filepath.Base(it.Source), Words: it.Words, Tone: terms.ToneOK, Symbol: "ok", Word: v.t("preview.seal_ok")}
	var from []string
	if it.Name != "" && it.Name != f.Name && it.Name != it.Source {
		from = append(from, v.t("preview.inside", "name", f.Name))
		f.Name = filepath.Base(it.Name)
	}
	switch {
	case it.Vendor != "":
		from = append([]string{v.t("preview.from", "vendor", it.Vendor)}, from...)
	case it.NeedsTrust:
		f.Tone, f.Symbol, f.Word = terms.ToneNotice, "", v.t("preview.not_confirmed")
		f.Words = "" // only the vendor's own words count now
		from = append(from, v.fileKind(it.Kind))
	}
	f.From = strings.Join(from, " · ")
	if !it.Usable && !it.Taken {
		tone := it.Finding.Tone
		if tone == "" {
			tone = it.Finding.State.Tone()
		}
		f.Tone, f.Symbol, f.Word = tone, symbolOf(it.Finding.State), v.Short(it.Finding.State)
		f.State = v.headline(it.Finding, s.Verdict.At)
	}
	if outgoing(it) {
		f.Word, f.State = v.t("kind.usage"), v.t("usagefile.own")
	}
	if len(it.Repaired) > 0 && it.Vendor != "" {
		f.Repaired = v.t("preview.repaired")
	}
	f.For, f.Answer, f.Here = v.forWhom(s, it)
	for _, c := range it.Changes {
		f.Changes = append(f.Changes, v.change(c))
	}
	f.Changes = append(f.Changes, v.renewed(s, it)...)
	if it.Usable && decided(it) {
		f.Facts = v.decision(it.Finding)
	}
	if len(it.URLs) > 0 {
		f.Facts = [][2]string{{v.t("preview.contacts"), strings.Join(it.URLs, " ")}}
	}
	if confirmed(it) {
		f.Facts = v.receiptIn(s, it)
	}
	return f
}

// forWhom says whether a verified license is for this computer.
func (v voice) forWhom(s licensing.Snapshot, it licensing.Item) (line, answer string, here bool) {
	if it.License == nil || it.Vendor == "" {
		return "", "", false
	}
	yes := v.t("preview.yes")
	code, label := s.Device.Code, s.Device.Label
	switch l := it.License; {
	case l.Binding == terms.BoundToFirstUse:
		return v.t("preview.here_first"), yes, true
	case l.Binding == terms.BoundToSite:
		return v.t("preview.here_site"), yes, true
	case l.Device == nil:
		return "", "", false
	case it.ForOther:
		return v.t("preview.here_no", "code", code), v.t("preview.no", "other", l.Device.Code), false
	default:
		if l.Device.Label != "" {
			label = l.Device.Label
		}
	}
	if label != "" {
		return v.t("preview.here_yes_label", "code", code, "label", label), yes, true
	}
	return v.t("preview.here_yes", "code", code), yes, true
}

package issuer

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// outgoing is a response that is about to be signed. The first part is the main one. Parts that must not share an
// envelope with the others are in apart: further responses in the same file, each signed for itself.
type outgoing struct {
	parts    []exchange.Part
	audience *exchange.Audience
	answers  *exchange.Answers
	apart    []message
	trace    string
	external string
	slots    map[string]any // for the readable first line, besides code and product
}

// message is what one envelope says, and to whom besides the computer that asked.
type message struct {
	parts    []exchange.Part
	audience *exchange.Audience
	answers  *exchange.Answers
}

// written is what goes out: the envelopes, the line for people in front of them, and the file's kind and suggested name.
type written struct {
	kind      exchange.Kind
	line      string
	name      string
	envelopes []exchange.Envelope
	file      []byte // the text that people get, after seal
}

// text is the file that people get.
func (w written) text() ([]byte, error) { return exchange.Armor(w.kind, w.line, w.envelopes...) }

// seal signs what goes out with the working key and writes it as a file with the profile in front.
func (is *Issuer) seal(t tx, who identity, d computer, now time.Time, f outgoing) (written, error) {
	k, err := is.knownFor(t, who)
	if err != nil {
		return written{}, err
	}
	w, err := is.sealed(k, d, now, f)
	if err == nil {
		w.file, err = w.text()
	}
	return w, err
}

// sealed is seal with what is known of who signs, and without the file.
func (is *Issuer) sealed(k known, d computer, now time.Time, f outgoing) (written, error) {
	signed, err := is.sign(k, now, f)
	if err != nil {
		return written{}, err
	}
	kind := f.parts[0].Kind
	slots := map[string]any{"code": d.code, "product": plainName(f.parts)}
	for k, v := range f.slots {
		slots[k] = v
	}
	return written{kind: kind, line: is.firstLine(kind, k.profile, slots), name: fileName(kind, f.parts, d.code), envelopes: slices.Concat(k.envelopes, signed)}, nil
}

// sign signs what goes out with the working key.
func (is *Issuer) sign(k known, now time.Time, f outgoing) (envelopes []exchange.Envelope, err error) {
	signer, err := is.working(k.who)
	if err != nil {
		return nil, err
	}
	i := keyAt(k.profile, k.who.Signing)
	if i < 0 {
		return nil, say(CodeDamaged, errors.New("the profile does not name the working key"), "file", storeName)
	}
	if from := k.profile.Keys[i].From; now.Before(from) { // the key was made while the clock was ahead
		return nil, say(CodeKeyNotYet, nil, "from", from.Format(time.RFC3339), "now", now.Format(time.RFC3339))
	}
	for _, m := range append([]message{{f.parts, f.audience, f.answers}}, f.apart...) {
		id, err := is.o.newID()
		if err != nil {
			return nil, err
		}
		f.trace = cmp.Or(f.trace, id)
		e, err := exchange.Sign(exchange.Response{
			Header: exchange.Header{
				Schema: exchange.ResponseSchema, Vendor: k.who.Vendor, Alg: algorithm, KeyID: signer.KeyID(),
				ID: id, Issued: now, Trace: f.trace, ExternalID: f.external,
			},
			Kind: m.parts[0].Kind, Answers: m.answers, Audience: m.audience, Parts: m.parts,
		}, exchange.ResponseType, signer)
		if err != nil {
			return nil, fmt.Errorf("sign the answer: %w", err)
		}
		envelopes = append(envelopes, e)
	}
	is.memory.signedAt(now)
	return envelopes, nil
}

// answers binds a response to a request.
func answers(r exchange.Request) *exchange.Answers {
	return &exchange.Answers{Request: r.ID, Nonce: r.Nonce, Device: r.Device.ID}
}

// firstLine is the readable text at the start of a file: what it is, how to open it, who helps.
func (is *Issuer) firstLine(kind exchange.Kind, p exchange.Profile, slots map[string]any) string {
	h := hint{vendor: quiet(p.Name), page: quiet(p.DownloadPage), help: quiet(help(p))}
	slots["vendor"], slots["page"], slots["help"] = h.vendor, h.page, h.help
	return is.say.Text("issuer.file."+string(kind), slots) + " " + is.hint(h)
}

// hint says how to open a file and who helps: the same in every file until the profile changes.
type hint struct{ vendor, page, help, text string }

func (is *Issuer) hint(h hint) string {
	if old := is.memory.hint.Load(); old != nil && old.vendor == h.vendor && old.page == h.page && old.help == h.help {
		return old.text
	}
	open := "issuer.file.open"
	if h.page != "" {
		open = "issuer.file.open_page"
	}
	slots := map[string]any{"vendor": h.vendor, "page": h.page, "help": h.help}
	h.text = is.say.Text(open, slots) + " " + is.say.Text("issuer.file.help", slots)
	is.memory.hint.Store(&h)
	return h.text
}

// help is the first way to reach the vendor that the profile names.
func help(p exchange.Profile) string {
	for _, s := range []string{p.Support.Email, p.Support.Phone, p.Support.URL} {
		if s != "" {
			return s
		}
	}
	return p.Name
}

// quiet makes names harmless that look like the lines around a block.
func quiet(s string) string {
	if strings.Contains(s, "--") {
		s = loud.ReplaceAllString(s, "-")
	}
	return strings.ReplaceAll(s, "HOLDFAST", "Holdfast")
}

var loud = regexp.MustCompile(`--+`)

// plainName names the products of a file for its first line.
func plainName(parts []exchange.Part) string {
	var names []string
	for _, p := range products(parts) {
		names = append(names, quiet(productName(p)))
	}
	return strings.Join(names, ", ")
}

// productName is a product's name in English or whatever language there is; its id when it has no name.
func productName(p terms.Product) string {
	if n := p.Name.In("en"); n != "" {
		return n
	}
	return p.ID
}

// products lists the products that the parts are about, each once.
func products(parts []exchange.Part) []terms.Product {
	var all []terms.Product
	seen := map[string]bool{}
	for _, p := range parts {
		var product terms.Product
		switch {
		case p.License != nil:
			product = p.License.Policy.Product
		case p.LicenseKey != nil:
			product = p.LicenseKey.Product
		default:
			continue
		}
		if !seen[product.ID] {
			seen[product.ID] = true
			all = append(all, product)
		}
	}
	return all
}

// fileName tells the story of a file (words.md 5.10): license_AcmeCAD_7F3A-2C91_valid-to-2027-03-14.hflic. With several
// licenses it names the first product, how many more there are, and the earliest end.
func fileName(kind exchange.Kind, parts []exchange.Part, code string) string {
	words := []string{map[exchange.Kind]string{
		exchange.KindLicense: "license", exchange.KindRefusal: "no-license", exchange.KindKey: "welcome", exchange.KindStanding: "checked-in",
		exchange.KindRevocation: "withdrawal", exchange.KindHold: "hold", exchange.KindNotice: "notice", exchange.KindExtension: "more-time",
	}[kind]}
	if list := products(parts); len(list) > 0 {
		name := safeName(productName(list[0]))
		if len(list) > 1 {
			name += fmt.Sprintf("-and-%d-more", len(list)-1)
		}
		words = append(words, name)
	}
	if code != "" {
		words = append(words, safeName(code))
	}
	if kind == exchange.KindLicense {
		words = append(words, validTo(parts))
	}
	return strings.Join(words, "_") + exchange.Ending(kind)
}

func validTo(parts []exchange.Part) string {
	var first time.Time
	zone := time.UTC
	for _, p := range parts {
		if p.License != nil && !p.License.Ends.IsZero() && (first.IsZero() || p.License.Ends.Before(first)) {
			first, zone = p.License.Ends, zoneOf(p.License.Policy)
		}
	}
	if first.IsZero() {
		return "no-end"
	}
	return "valid-to-" + first.In(zone).Format(time.DateOnly)
}

func zoneOf(p terms.Policy) *time.Location {
	z, err := terms.Zone(p.Zone)
	if err != nil {
		return time.UTC // a policy is checked before a license is made of it
	}
	return z
}

const maxName = 40

var unsafeRunes = regexp.MustCompile(`[^A-Za-z0-9.+]+`)

// safeName makes a text safe as part of a file name on every system: letters and digits of ASCII, dots inside, single dashes.
func safeName(s string) string {
	s = strings.Trim(unsafeRunes.ReplaceAllString(s, "-"), "-.")
	if len(s) > maxName {
		s = strings.Trim(s[:maxName], "-.")
	}
	if s == "" {
		return "product"
	}
	return s
}

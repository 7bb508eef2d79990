package exchange

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// BundleFormat is the format of bundles that this build reads and writes.
const BundleFormat = "bundle/v1"

const (
	maxBundle    = 2 << 20
	maxEnvelopes = 1000
	lineLength   = 64
	bundlePrefix = "bundle/v"
)

// labels are the words of the BEGIN line. Nobody trusts them.
var labels = map[Kind]string{
	KindProfile: "KEY", KindKey: "WELCOME", KindRequest: "REQUEST", KindLicense: "LICENSE", KindRefusal: "REFUSAL",
	KindHold: "NOTICE", KindRevocation: "NOTICE", KindNotice: "NOTICE", KindExtension: "NOTICE",
	KindReceipt: "RECEIPT", KindReview: "REVIEW", KindUsage: "USAGE", KindStanding: "LICENSE",
}

// endings are the file name endings of design.md section 3.
var endings = map[Kind]string{
	KindProfile: ".hfkey", KindKey: ".hfkey", KindRequest: ".hfreq", KindLicense: ".hflic", KindRefusal: ".hflic",
	KindHold: ".hfnot", KindRevocation: ".hfnot", KindNotice: ".hfnot", KindExtension: ".hfnot",
	KindReceipt: ".hfrcp", KindReview: ".hfrev", KindUsage: ".hfuse", KindStanding: ".hflic",
}

// Ending returns the file name ending for a file whose main part is of kind, such as ".hflic"; "" for an unknown kind.
func Ending(kind Kind) string { return endings[kind] }

// Armor writes envelopes as one file: a paragraph for people, then the block for programs. kind is that of the main
// part and only chooses the word in the BEGIN line; KindKey makes a welcome file. paragraph is free text of
// one or more lines. The same input gives the same bytes.
func Armor(kind Kind, paragraph string, envelopes ...Envelope) ([]byte, error) {
	return writeArmored(kind, paragraph, Bundle{Format: BundleFormat, Envelopes: envelopes})
}

func writeArmored(kind Kind, paragraph string, bundle Bundle) ([]byte, error) {
	label, ok := labels[kind]
	if !ok {
		return nil, fmt.Errorf("armor: kind %q has no label", kind)
	}
	if n := len(bundle.Envelopes); n == 0 || n > maxEnvelopes {
		return nil, fmt.Errorf("armor: %d envelopes, want 1 to %d", n, maxEnvelopes)
	}
	text := strings.TrimSpace(strings.Map(printable, paragraph))
	if strings.Contains(text, "HOLDFAST") || strings.Contains(text, "--") {
		return nil, errors.New("armor: the paragraph looks like a BEGIN line")
	}
	raw, err := bundle.encode()
	if err != nil {
		return nil, fmt.Errorf("armor: %w", err)
	}
	if len(raw) > maxBundle {
		return nil, fmt.Errorf("armor: %d bytes, the limit is %d", len(raw), maxBundle)
	}
	b := make([]byte, 0, len(text)+200+base64.StdEncoding.EncodedLen(len(raw))*(lineLength+1)/lineLength)
	if text != "" {
		b = append(b, text+"\n\n"...)
	}
	b = fmt.Appendf(b, "-----BEGIN HOLDFAST %s %d %s-----\n", label, len(raw), FileWords(raw))
	for line := range slices.Chunk(raw, lineLength/4*3) {
		b = append(base64.StdEncoding.AppendEncode(b, line), '\n')
	}
	return fmt.Appendf(b, "-----END HOLDFAST %s-----\n", label), nil
}

// printable keeps line breaks and drops every other control character.
func printable(r rune) rune {
	if r == '\n' || !unicode.IsControl(r) {
		return r
	}
	return -1
}

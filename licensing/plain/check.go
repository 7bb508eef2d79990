package plain

import (
	"time"

	"holdfast/licensing/terms"
)

// Check puts one line of the checks into words when no state says it: what stands behind doctor.<id>.<level>, or
// doctor.<id>.<case> for the argument "case", doctor.<id>.fresh when "fresh" is true, where there is such a text. Times in args are shown in zone; nil is UTC.
func (s *Speaker) Check(id string, level terms.Tone, args map[string]any, zone *time.Location) string {
	text := "doctor." + id + "." + string(level)
	of, _ := args["case"].(string)
	if fresh, _ := args["fresh"].(bool); fresh {
		of = "fresh"
	}
	if own := "doctor." + id + "." + of; of != "" && s.Has(own) {
		text = own
	}
	if id := text + ".passphrase"; args["keychain"] == passphraseLabel && s.Has(id) {
		text = id
	}
	said := make(map[string]any, len(args))
	for name, v := range args {
		if t, ok := v.(time.Time); ok {
			v = s.DateTime(t, zone)
		}
		said[name] = v
	}
	return s.Text(text, said)
}

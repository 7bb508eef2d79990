package exchange

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestStrictJSONRefusesWhatDecodersReadDifferently(t *testing.T) {
	many := "[" + strings.Repeat("0,", maxValues) + "0]"
	keys := "{"
	for i := range 200 {
		keys += fmt.Sprintf(`"key%d":%d,`, i, i)
	}
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"object", `{"a":[1,2.5e-3,true,false,null,"x\n\u00e9\ud83d\ude00"],"b":{}}`, nil},
		{"white space", " \t\r\n{ \"a\" : [ ] } \n", nil},
		{"200 keys", keys + `"last":1}`, nil},
		{"200 keys and one again", keys + `"KEY7":1}`, errDuplicate},
		{"same key", `{"a":1,"b":2,"a":3}`, errDuplicate},
		{"same key, escaped", `{"a":1,"\u0061":3}`, errDuplicate},
		{"case", `{"a":1,"A":3}`, errDuplicate},
		{"case beyond ASCII", `{"ä":1,"Ä":3}`, errDuplicate},
		{"kelvin sign", `{"k":1,"\u212a":3}`, errDuplicate},
		{"long s", `{"s":1,"ſ":3}`, errDuplicate},
		{"same key deep inside", `{"a":[{"b":{"c":1,"C":2}}]}`, errDuplicate},
		{"same key in different objects", `[{"a":1},{"a":2}]`, nil},
		{"depth 32", nest(32), nil},
		{"depth 33", nest(33), errDepth},
		{"depth a million", strings.Repeat("[", 1_000_000), errDepth},
		{"many values", many, errMany},
		{"cut object", `{"a":1`, errShort},
		{"cut key", `{"a`, errShort},
		{"cut string", `"abc`, errShort},
		{"cut escape", `"abc\`, errShort},
		{"cut unicode escape", `"\u00`, errShort},
		{"cut pair", `"\ud83d`, errShort},
		{"cut word", `tru`, errShort},
		{"empty", ``, errShort},
		{"half surrogate", `"\ud83d."`, errUTF8},
		{"low surrogate alone", `"\ude00"`, errUTF8},
		{"pair of a high and a letter", `"\ud83d\u0061"`, errUTF8},
		{"bytes that are no text", "\"\xc3(\"", errUTF8},
		{"overlong encoding", "\"\xc0\x80\"", errUTF8},
		{"control character", "\"a\tb\"", errSyntax},
		{"two values", `{} {}`, errSyntax},
		{"comma at the end", `[1,]`, errSyntax},
		{"no colon", `{"a" 1}`, errSyntax},
		{"key without quotes", `{a:1}`, errSyntax},
		{"single quotes", `{'a':1}`, errSyntax},
		{"comment", `/* */ {}`, errSyntax},
		{"not a number", `NaN`, errSyntax},
		{"key of 300 bytes", `{"` + strings.Repeat("k", 300) + `":1}`, errSyntax},
	} {
		if err := checkJSON([]byte(c.text), nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestStrictJSONRefusesKnownKeysInOtherCase(t *testing.T) {
	type inner struct {
		Serial string `json:"serial"`
	}
	type outer struct {
		Kind  string            `json:"kind"`
		Parts []inner           `json:"parts"`
		Map   map[string]*inner `json:"map"`
	}
	sh := shapeOf(reflect.TypeFor[outer]())
	for text, want := range map[string]error{
		`{"kind":"a","parts":[{"serial":"b"}],"map":{"K":{"serial":"c"}}}`: nil,
		`{"Kind":"a"}`:                     errCase,
		`{"\u212aind":"a"}`:                errCase,
		`{"parts":[{"Serial":"b"}]}`:       errCase,
		`{"map":{"x":{"SERIAL":"b"}}}`:     errCase,
		`{"unknown":{"Kind":1,"kinds":2}}`: nil,
		`{"parts":{"Serial":1}}`:           nil, // the decoder refuses the object where a list belongs
	} {
		if err := checkJSON([]byte(text), sh); !errors.Is(err, want) && (want != nil || err != nil) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}

func TestCriticalPathsNameFieldsThroughListsAndMaps(t *testing.T) {
	sh := shapeOfRole("response")
	for path, want := range map[string]bool{
		"id": true, "parts": true, "parts.license": true, "parts.license.policy.features.after": true, "parts.license.policy.grace.offline": true,
		"": false, "part": false, "parts.lease": false, "parts.license.policy.features.edit": false, "ID": false, "parts.": false, "meta.line": false, "issued.year": false,
	} {
		if got := sh.knows(path); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}

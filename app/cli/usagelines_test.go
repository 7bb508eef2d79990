package cli

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/usage"
)

// filled gives every field a value of its own.
type filled struct{ n int }

func (f *filled) fill(v reflect.Value) {
	f.n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(day.Add(time.Duration(f.n) * 25 * time.Hour)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(v.Index(0))
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("key%d", f.n)), reflect.ValueOf(fmt.Sprintf("value%d", f.n)))
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprintf("text%d", f.n))
	case v.CanInt():
		v.SetInt(int64(7_000_000 + f.n))
	case v.CanUint():
		v.SetUint(uint64(7_000_000 + f.n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		panic(v.Type())
	}
}

func TestThePreviewShowsEveryFieldOfAUsageFileInEveryLanguage(t *testing.T) {
	var c usage.Contents
	new(filled).fill(reflect.ValueOf(&c).Elem())
	for _, lang := range plain.Languages() {
		s, _ := testSession(t, lang)
		shown := strings.Join(s.contentLines(c), "\n")
		for _, l := range usage.Lines(c) {
			if want := s.lineValue(l.Value); !strings.Contains(shown, want) && !strings.Contains(l.Of, want) && !inTitle[l.Path] {
				t.Errorf("%s: %s = %s is not shown in\n%s", lang, l.Path, want, shown)
			}
			if !s.say.Has(l.Label) {
				t.Errorf("%s: no words for %s", lang, l.Label)
			}
			if !strings.Contains(shown, l.Of) {
				t.Errorf("%s: %s does not say of what it is (%s)", lang, l.Path, l.Of)
			}
		}
	}
}

func TestEveryEntryIsShownWithAllThatItSays(t *testing.T) {
	var all usage.Row
	new(filled).fill(reflect.ValueOf(&all).Elem())
	kinds := reflect.ValueOf(all)
	tried := 0
	for i := range kinds.NumField() {
		f := kinds.Type().Field(i)
		if f.Type.Kind() != reflect.Pointer {
			continue
		}
		row := usage.Row{Seq: all.Seq, Epoch: all.Epoch}
		reflect.ValueOf(&row).Elem().Field(i).Set(kinds.Field(i))
		s, _ := testSession(t, "en")
		shown := strings.Join(s.rowLines([]usage.Row{row}), "\n")
		for _, l := range usage.RowLines(row) {
			want := s.lineValue(l.Value)
			switch n := l.Value.(type) { // amounts are written as people read them
			case uint64:
				if l.Path == "rows.note.count" {
					want = s.say.Number(int64(n))
				}
			case int64:
				if l.Path == "rows.use.units" {
					want = s.say.Number(n)
				}
			}
			if !strings.Contains(shown, want) {
				t.Errorf("%s of %s = %s is not shown in %s", l.Path, f.Name, want, shown)
			}
		}
		tried++
	}
	if tried < 4 {
		t.Errorf("only %d kinds of entries", tried)
	}
	s, _ := testSession(t, "en")
	if shown := strings.Join(s.rowLines([]usage.Row{{Seq: 9, Epoch: 1, Sealed: true}}), ""); !strings.Contains(shown, "only the vendor") {
		t.Errorf("%s", shown)
	}
}

// The table of entries stays narrow where one of them has a long text.
func TestALongLastCellWidensNoColumn(t *testing.T) {
	var p page
	p.table([][]string{{"a", strings.Repeat("x", 50)}, {"b", "c", "d"}})
	if p[1] != "b  c  d" {
		t.Errorf("%q", p)
	}
}

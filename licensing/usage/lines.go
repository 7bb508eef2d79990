package usage

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Line is one fact of a usage file as it is shown. Label is the id of its words ("usage.field." and Path). Value is a string, bool, int64,
// uint64, time.Time, time.Duration or []string.
type Line struct {
	Path  string // of the field, such as "file.device.code" or "epochs.close"
	Of    string // what it belongs to among many: the number of an epoch or entry, or product and meter; "" for the file itself
	Label string
	Value any
}

// Lines shows everything in the contents of a usage file but its rows: the signed face, every epoch and the sums. Fields that are left out
// of the file because they are empty have no line. Rows are shown one by one, see RowLines.
func Lines(c Contents) []Line {
	l := lines{}
	l.fields("", "", reflect.ValueOf(c))
	return l.all
}

// RowLines shows everything in one entry.
func RowLines(r Row) []Line {
	l := lines{}
	l.fields("rows", strconv.FormatUint(r.Seq, 10), reflect.ValueOf(r))
	return l.all
}

// LabelPrefix is what stands before a path in Line.Label.
const LabelPrefix = "usage.field."

type lines struct{ all []Line }

// fields walks over a struct, so that no field can be in a file and not be shown: what has words is shown, and a test fails for what has none.
func (l *lines) fields(path, of string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || path == "" && name == "rows" {
			continue
		}
		field := v.Field(i)
		if option != "" && field.IsZero() {
			continue
		}
		if f.Anonymous {
			l.fields(path, of, field)
			continue
		}
		l.value(strings.TrimPrefix(path+"."+name, "."), of, field)
	}
}

func (l *lines) value(path, of string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch value := v.Interface().(type) {
	case []string:
		l.add(path, of, value)
		return
	case map[string]string:
		for _, k := range slices.Sorted(maps.Keys(value)) {
			l.add(path, strings.TrimPrefix(of+" "+k, " "), value[k])
		}
		return
	}
	switch {
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			item := v.Index(i)
			l.fields(path, strings.TrimPrefix(of+" "+nameOf(item, i), " "), item)
		}
	case v.Kind() == reflect.Struct && !isWhole[v.Type()]:
		l.fields(path, of, v)
	default:
		l.add(path, of, plainValue(v))
	}
}

func (l *lines) add(path, of string, value any) {
	l.all = append(l.all, Line{Path: path, Of: of, Label: LabelPrefix + path, Value: value})
}

// isWhole are the structs that are one value.
var isWhole = map[reflect.Type]bool{reflect.TypeFor[time.Time](): true}

// nameOf tells one of many apart.
func nameOf(v reflect.Value, i int) string {
	switch item := v.Interface().(type) {
	case Epoch:
		return strconv.FormatUint(item.Number, 10)
	case Sum:
		if item.Day.IsZero() {
			return MeterKey(item.Product, item.Meter)
		}
		return MeterKey(item.Product, item.Meter) + " " + item.Day.Format(time.DateOnly)
	}
	return strconv.Itoa(i + 1)
}

func plainValue(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case time.Time, time.Duration, bool, string, int64, uint64:
		return value
	}
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	}
	return v.String()
}

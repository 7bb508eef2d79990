package terms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Codes of PolicyError.
const (
	PolicySyntax   = "syntax"        // not YAML, or more than a policy needs of it
	PolicyTooLarge = "too_large"     // of the file
	PolicyTooDeep  = "too_deep"      // too many levels or values
	PolicyMissing  = "missing"       // a field that every policy has
	PolicyUnknown  = "unknown_field" // Hint: the field that was meant
	PolicyTwice    = "twice"         // a field or id that was given before
	PolicyType     = "wrong_type"    // Want: what kind of value belongs here
	PolicyValue    = "wrong_value"   // Want: which values are possible
	PolicyTooLong  = "too_long"      // of a text or list
)

// PolicyError is one thing wrong with a policy file. Line and Column count from 1.
type PolicyError struct {
	Line, Column int
	Field        string // path, such as features.edit.grace; "" for the file
	Code         string
	Value        string // what stands there, cut to 60 characters
	Want         string // what could stand there; for PolicySyntax what is wrong
	Hint         string // for PolicyUnknown: the field that was probably meant
}

// Error says where, what and what instead, on one line.
func (e PolicyError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d, column %d: ", e.Line, e.Column)
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(strings.ReplaceAll(e.Code, "_", " "))
	if e.Value != "" {
		fmt.Fprintf(&b, " %q", e.Value)
	}
	switch {
	case e.Want != "" && e.Code == PolicySyntax:
		b.WriteString(": " + e.Want)
	case e.Want != "":
		b.WriteString(", expected " + e.Want)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, ", did you mean %q?", e.Hint)
	}
	return b.String()
}

// PolicyErrors is everything wrong with a policy file, in the order of its lines; at most 50.
type PolicyErrors []PolicyError

// Error has one line for each.
func (es PolicyErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

const maxPolicyErrors = 50

func (es PolicyErrors) sorted() PolicyErrors {
	slices.SortStableFunc(es, func(a, b PolicyError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return es[:min(len(es), maxPolicyErrors)]
}

// closest is the known name that s was probably meant to be: one or two slips away, or "".
func closest(s string, known []string) string {
	best, limit := "", 1+min(2, len(s)/3)
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := slips(strings.ToLower(s), k); d < limit {
			best, limit = k, d
		}
	}
	return best
}

// slips counts the letters to add, drop, change or swap with a neighbour (optimal string alignment distance).
func slips(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

package terms

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// Limits of a policy file. A long policy with three hundred features in several languages stays below them. The
// parser's time grows with the square of the tokens for some inputs; so few of them take less than a second.
const (
	maxPolicyBytes  = 128 << 10
	maxPolicyTokens = 16_000
	maxPolicyDepth  = 12
	maxPolicyNodes  = 16_000 // after aliases are followed
)

type yamlKind int

const (
	yamlNull yamlKind = iota
	yamlScalar
	yamlMap
	yamlList
)

// yamlNode is the little that a policy needs of YAML, with the place in the file (from 1).
type yamlNode struct {
	line, column int
	kind         yamlKind
	text         string // of a scalar, as written
	keys         []yamlKey
	items        []*yamlNode
}

type yamlKey struct {
	line, column int
	name         string
	value        *yamlNode
}

// readYAML parses one document within the limits. JSON is read too, being YAML.
func readYAML(data []byte) (*yamlNode, *PolicyError) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if e := checkShape(data); e != nil {
		return nil, e
	}
	tokens := lexer.Tokenize(string(data))
	if len(tokens) > maxPolicyTokens {
		return nil, &PolicyError{Line: 1, Column: 1, Code: PolicyTooLarge, Want: "fewer names and values"}
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // policyReader tells of all duplicates
	if err != nil {
		return nil, syntaxError(err)
	}
	var docs []*ast.DocumentNode
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d)
		}
	}
	switch len(docs) {
	case 0:
		return &yamlNode{line: 1, column: 1, kind: yamlMap}, nil
	case 1:
	default:
		n := place(docs[1].Body)
		return nil, &PolicyError{Line: n.line, Column: n.column, Code: PolicySyntax, Want: "more than one document"}
	}
	t := treeReader{anchors: map[string]ast.Node{}, budget: maxPolicyNodes}
	return t.read(docs[0].Body, 0)
}

// checkShape refuses what could make the parser itself recurse or work too long, before it sees it.
func checkShape(data []byte) *PolicyError {
	if len(data) > maxPolicyBytes {
		return &PolicyError{Line: 1, Column: 1, Code: PolicyTooLarge, Want: "at most 128 KiB"}
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return &PolicyError{Line: 1, Column: 1, Code: PolicySyntax, Want: "not text in UTF-8"}
	}
	open := 0
	for i, line := range strings.Split(string(data), "\n") {
		body := strings.TrimLeft(line, " ")
		deep := len(line)-len(body) > 8*maxPolicyDepth
		for marks := 0; strings.HasPrefix(body, "- ") || strings.HasPrefix(body, "? "); marks++ {
			body = strings.TrimLeft(body[2:], " ")
			deep = deep || marks > maxPolicyDepth
		}
		// Brackets inside texts are counted as well: the limit is far above what texts bring.
		for _, c := range body {
			switch c {
			case '[', '{':
				open++
			case ']', '}':
				open = max(0, open-1)
			}
			deep = deep || open > 8*maxPolicyDepth
		}
		if deep {
			return &PolicyError{Line: i + 1, Column: 1, Code: PolicyTooDeep, Want: "fewer levels"}
		}
	}
	return nil
}

// treeReader turns the parser's tree into yamlNodes and follows aliases.
type treeReader struct {
	anchors map[string]ast.Node
	budget  int
}

func (t *treeReader) read(n ast.Node, depth int) (*yamlNode, *PolicyError) {
	at := place(n)
	t.budget--
	if depth > maxPolicyDepth || t.budget < 0 {
		return nil, &PolicyError{Line: at.line, Column: at.column, Code: PolicyTooDeep, Want: "fewer levels and values"}
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return at, nil
	case *ast.AnchorNode:
		if n.Name != nil {
			t.anchors[n.Name.String()] = n.Value
		}
		return t.read(n.Value, depth+1)
	case *ast.AliasNode:
		target, ok := t.anchors[n.Value.String()]
		if !ok {
			return nil, &PolicyError{Line: at.line, Column: at.column, Code: PolicySyntax, Value: n.String(), Want: "no value with that anchor stands before it"}
		}
		return t.read(target, depth+1)
	case *ast.TagNode:
		return t.read(n.Value, depth+1)
	case *ast.MappingNode:
		return t.readMap(at, n.Values, depth)
	case *ast.MappingValueNode:
		return t.readMap(at, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		return t.readList(at, n.Values, depth)
	case *ast.LiteralNode:
		at.kind, at.text = yamlScalar, strings.TrimRight(n.Value.Value, "\n")
	case *ast.StringNode:
		at.kind, at.text = yamlScalar, n.Value
	case ast.ScalarNode:
		at.kind, at.text = yamlScalar, n.GetToken().Value
	default:
		return nil, &PolicyError{Line: at.line, Column: at.column, Code: PolicySyntax, Want: "not a value"}
	}
	return at, nil
}

func (t *treeReader) readMap(at *yamlNode, values []*ast.MappingValueNode, depth int) (*yamlNode, *PolicyError) {
	at.kind = yamlMap
	for _, v := range values {
		k := place(v.Key)
		key, ok := v.Key.(ast.ScalarNode)
		if !ok {
			return nil, &PolicyError{Line: k.line, Column: k.column, Code: PolicySyntax, Want: "no name before the colon"}
		}
		value, err := t.read(v.Value, depth+1)
		if err != nil {
			return nil, err
		}
		at.keys = append(at.keys, yamlKey{line: k.line, column: k.column, name: key.GetToken().Value, value: value})
	}
	return at, nil
}

func (t *treeReader) readList(at *yamlNode, values []ast.Node, depth int) (*yamlNode, *PolicyError) {
	at.kind = yamlList
	for _, v := range values {
		item, err := t.read(v, depth+1)
		if err != nil {
			return nil, err
		}
		at.items = append(at.items, item)
	}
	return at, nil
}

// place is where a node stands; a map stands at its first name.
func place(n ast.Node) *yamlNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return &yamlNode{line: 1, column: 1}
	}
	p := n.GetToken().Position
	return &yamlNode{line: max(1, p.Line), column: max(1, p.Column)}
}

func syntaxError(err error) *PolicyError {
	e := &PolicyError{Line: 1, Column: 1, Code: PolicySyntax, Want: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		e.Want = at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = max(1, t.Position.Line), max(1, t.Position.Column)
		}
	}
	return e
}

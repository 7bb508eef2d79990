package plain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// uses are the message ids that Go sources name.
type uses struct {
	required map[string]token.Position // ids given to Text as a literal, directly or through a function that hands them on
	named    map[string]bool           // ids that stand in a source as a literal in some other way
	families []string                  // beginnings of ids that are put together
}

// handsOn is a function that gives its argument arg to Text, with prefix before it.
type handsOn struct {
	prefix string
	arg    int
}

// scan reads the sources of one package. base are the functions that look up an id.
func (u *uses) scan(fset *token.FileSet, files []*ast.File, base map[string][]handsOn) {
	known := handers(files, base)
	prefixes := []string{""}
	for _, list := range known {
		for _, h := range list {
			prefixes = append(prefixes, h.prefix)
		}
	}
	for _, f := range files {
		var params []string
		var hands []handsOn // of the function being read
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				params, hands = paramNames(n), known[n.Name.Name]
			case *ast.Field:
				u.tag(fset, n.Tag)
			case *ast.CallExpr:
				u.call(fset, n, known)
			case *ast.CompositeLit:
				if lit, ok := mistakeCode(n).(*ast.BasicLit); ok {
					u.required["error."+unquote(lit)] = fset.Position(lit.Pos())
				}
			case *ast.BinaryExpr:
				lit, rest := concat(n)
				given := func(h handsOn) bool {
					return strings.HasSuffix(h.prefix, unquote(lit)) && slices.Index(params, rest) == h.arg
				}
				if lit != nil && !slices.ContainsFunc(hands, given) {
					for _, p := range prefixes {
						u.families = append(u.families, p+unquote(lit))
					}
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING {
					for _, p := range prefixes {
						u.named[p+unquote(n)] = true
					}
				}
			}
			return true
		})
	}
}

// call notes the id in a call of a function that hands it on.
func (u *uses) call(fset *token.FileSet, c *ast.CallExpr, known map[string][]handsOn) {
	for _, h := range known[calledName(c)] {
		if len(c.Args) > h.arg {
			switch arg := c.Args[h.arg].(type) {
			case *ast.BasicLit:
				if arg.Kind == token.STRING {
					u.required[h.prefix+unquote(arg)] = fset.Position(arg.Pos())
				}
			case *ast.CallExpr, *ast.SelectorExpr: // worked out elsewhere; a variable is covered by the literals it may take
				u.families = append(u.families, h.prefix)
			}
		}
	}
}

var inTag = regexp.MustCompile(`^(cli|ui|issuer|doctor)\.[a-z0-9_.-]+$`)

// tag notes ids in struct tags, where command lines keep the ids of their help.
func (u *uses) tag(fset *token.FileSet, lit *ast.BasicLit) {
	if lit == nil {
		return
	}
	for _, key := range []string{"help", "detail"} {
		if id := reflect.StructTag(unquote(lit)).Get(key); inTag.MatchString(id) {
			u.required[id] = fset.Position(lit.Pos())
		}
	}
}

// handers finds functions that hand a parameter on to a function in base, directly or through others.
func handers(files []*ast.File, base map[string][]handsOn) map[string][]handsOn {
	known := maps.Clone(base)
	for grew := true; grew; {
		grew = false
		for _, f := range files {
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				for _, h := range handed(fn, known) {
					if !slices.Contains(known[fn.Name.Name], h) && base[fn.Name.Name] == nil {
						known[fn.Name.Name] = append(known[fn.Name.Name], h)
						grew = true
					}
				}
			}
		}
	}
	return known
}

func handed(fn *ast.FuncDecl, known map[string][]handsOn) []handsOn {
	params := paramNames(fn)
	var found []handsOn
	add := func(prefix string, e ast.Expr) {
		name := ""
		switch e := e.(type) {
		case *ast.Ident:
			name = e.Name
		case *ast.BinaryExpr:
			lit, rest := concat(e)
			if lit == nil || rest == "" {
				return
			}
			prefix, name = prefix+unquote(lit), rest
		}
		if i := slices.Index(params, name); i >= 0 && name != "" {
			found = append(found, handsOn{prefix, i})
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			for _, h := range known[calledName(n)] {
				if len(n.Args) > h.arg {
					add(h.prefix, n.Args[h.arg])
				}
			}
		case *ast.CompositeLit:
			add("error.", mistakeCode(n))
		}
		return true
	})
	return found
}

// mistakeCode is the code in Mistake{Code: …}, whose sentence is error.<code>.
func mistakeCode(c *ast.CompositeLit) ast.Expr {
	if name := typeName(c.Type); name != "Mistake" {
		return nil
	}
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Code" {
				return kv.Value
			}
		}
	}
	return nil
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func calledName(c *ast.CallExpr) string { return typeName(c.Fun) }

func paramNames(fn *ast.FuncDecl) []string {
	var names []string
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// concat takes "literal" + … apart: the leftmost literal when it ends with a dot, and the name of what follows when
// that is the whole rest.
func concat(b *ast.BinaryExpr) (lit *ast.BasicLit, rest string) {
	if b.Op != token.ADD {
		return nil, ""
	}
	left, ok := b.X.(*ast.BasicLit)
	if !ok || left.Kind != token.STRING || !strings.HasSuffix(unquote(left), ".") {
		return nil, ""
	}
	if id, ok := b.Y.(*ast.Ident); ok {
		rest = id.Name
	}
	return left, rest
}

func unquote(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// used says whether some source uses id.
func (u *uses) used(id string) bool {
	if _, ok := u.required[id]; ok || u.named[id] {
		return true
	}
	return slices.ContainsFunc(u.families, func(p string) bool { return p != "" && strings.HasPrefix(id, p) })
}

func newUses() *uses { return &uses{required: map[string]token.Position{}, named: map[string]bool{}} }

// scanModule reads every Go source of the module but its tests.
func scanModule(t *testing.T, root string) *uses {
	t.Helper()
	fset := token.NewFileSet()
	packages := map[string][]*ast.File{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "bin" || strings.HasPrefix(d.Name(), ".") && name != root):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		packages[filepath.Dir(name)] = append(packages[filepath.Dir(name)], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	u := newUses()
	for dir, files := range packages {
		base := map[string][]handsOn{"Text": {{}}}
		if filepath.Base(dir) == "plain" {
			base["say"] = []handsOn{{}}
		}
		u.scan(fset, files, base)
	}
	return u
}

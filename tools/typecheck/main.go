// Command typecheck says whether packages fit together on other systems, with their tests, by reading them and what they import. That takes a
// small part of the time in which they are compiled.
//
// Usage: typecheck SYSTEM[,SYSTEM] PACKAGE...
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "typecheck: name the systems and the packages")
		os.Exit(2)
	}
	failed := false
	for system := range strings.SplitSeq(os.Args[1], ",") {
		n, err := check(system, os.Args[2:])
		if err == nil && n == 0 {
			err = fmt.Errorf("no package fits %v", os.Args[2:])
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "typecheck: %s: %v\n", system, err)
			failed = true
			continue
		}
		fmt.Printf("typecheck: %d packages on %s\n", n, system)
	}
	if failed {
		os.Exit(1)
	}
}

// check is how many packages were looked at.
func check(system string, patterns []string) (n int, err error) {
	here, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	mode := packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
		packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes | packages.NeedModule
	all, err := packages.Load(&packages.Config{
		Mode: mode, Tests: true, Env: append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0"),
		ParseFile: func(fset *token.FileSet, name string, source []byte) (*ast.File, error) {
			f, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
			if f != nil && !strings.HasPrefix(name, here+string(filepath.Separator)) {
				empty(f)
			}
			return f, err
		},
	}, patterns...)
	if err != nil {
		return 0, err
	}
	bad := 0
	for _, p := range all {
		if strings.HasSuffix(p.PkgPath, ".test") { // what go test generates lies elsewhere
			continue
		}
		n++
		for _, e := range p.Errors {
			fmt.Fprintln(os.Stderr, e)
			bad++
		}
	}
	if bad > 0 {
		return 0, fmt.Errorf("%d errors", bad)
	}
	return n, nil
}

// empty leaves out what the functions of others do: it was looked at by them.
func empty(f *ast.File) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			fn.Body = nil
		}
	}
}

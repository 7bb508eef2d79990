package assets

import (
	"encoding/xml"
	"io"
	"io/fs"
	"strings"
	"testing"
)

func TestEveryIconIsAWellFormedSVG(t *testing.T) {
	names, err := fs.Glob(icons, "icons/*.svg")
	if err != nil || len(names) < 30 {
		t.Fatalf("%d icons, %v", len(names), err)
	}
	short := []string{"holdfast-icon", "holdfast-tray"}
	for _, name := range names {
		short = append(short, strings.TrimSuffix(strings.TrimPrefix(name, "icons/"), ".svg"))
	}
	for _, name := range short {
		b, ok := Icon(name)
		if !ok {
			t.Errorf("no icon %q", name)
			continue
		}
		d := xml.NewDecoder(strings.NewReader(string(b)))
		root := ""
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			if e, ok := token.(xml.StartElement); ok && root == "" {
				root = e.Name.Local
			}
		}
		if root != "svg" {
			t.Errorf("%s begins with <%s>", name, root)
		}
	}
}

func TestAnUnknownIconIsSaid(t *testing.T) {
	for _, name := range []string{"", "no-such", "../doc", "ok.svg"} {
		if _, ok := Icon(name); ok {
			t.Errorf("there is an icon %q", name)
		}
	}
}

func TestAnIconBelongsToItsCaller(t *testing.T) {
	a, _ := Icon("ok")
	a[0] = 'x'
	if b, _ := Icon("ok"); b[0] == 'x' {
		t.Error("a caller changed the icon of another")
	}
}

func TestEnglishHasItsAreas(t *testing.T) {
	for _, area := range []string{"states", "plain", "cli", "ui", "issuer", "doctor"} {
		if _, err := fs.Stat(Translations(), "en/"+area+".json"); err != nil {
			t.Error(err)
		}
	}
}

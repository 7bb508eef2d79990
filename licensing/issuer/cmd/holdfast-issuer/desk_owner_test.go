package main

import (
	"net/http"
	"strings"
	"testing"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/issuer"
)

// busy runs a command that has to end with 75, and returns what it says.
func (d desk) busy(args ...string) string {
	d.t.Helper()
	code, _, text := d.in(d.path(""), "", args...)
	if code != 75 {
		d.t.Errorf("%v: code %d: %s", args, code, text)
	}
	return text
}

func TestAFolderOfAServiceIsCalledThat(t *testing.T) {
	d := newDesk(t, 1)
	s := d.serve()
	for _, args := range [][]string{{"serve", "--dir", "acme", "--addr", "127.0.0.1:0"}, {"database", "move", "--dir", "acme", "--database", "postgres://127.0.0.1:1/none"}} {
		if text := d.busy(args...); !strings.Contains(text, "A service has this folder open") || !strings.Contains(text, "Stop the service first.") {
			t.Errorf("%v: %s", args, text)
		}
	}
	if code := s.stop(); code != 0 {
		t.Fatalf("stopped with %d", code)
	}
	// A command has it open, and a service that is gone left its name behind.
	is, err := issuer.Open(d.path("acme"), issuer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer is.Close()
	if err := endpoint.Write(d.path("acme"), d.path("acme/"+"gone.sock")); err != nil {
		t.Fatal(err)
	}
	if text := d.busy("license", "list", "--dir", "acme"); !strings.Contains(text, "Another holdfast-issuer is at work") {
		t.Errorf("%s", text)
	}
}

// TestAServiceThatTakesNoCommandIsCalledThat has a service that is at as many commands as it takes.
func TestAServiceThatTakesNoCommandIsCalledThat(t *testing.T) {
	d := newDesk(t, 1)
	ln, err := listenDesk(d.path("acme"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "full", http.StatusServiceUnavailable)
	}), ReadHeaderTimeout: deskPatience}
	go func() { _ = server.Serve(ln) }()
	defer server.Close()
	if err := endpoint.Write(d.path("acme"), ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if text := d.busy("license", "list", "--dir", "acme"); !strings.Contains(text, "did not take this command") {
		t.Errorf("%s", text)
	}
}

package exchange

import "testing"

func TestServiceURLs(t *testing.T) {
	p := Profile{URLs: []string{"http://a.example", "https://b.example", "https://c.example\n"}}
	if all := p.ServiceURLs(); len(all) != 1 || all[0] != "https://b.example" {
		t.Errorf("%q", all)
	}
}

func TestServiceURL(t *testing.T) {
	for s, want := range map[string]bool{
		"https://licenses.acme.example": true, "https://licenses.acme.example:8443/holdfast": true, "https://192.0.2.7": true,
		"http://127.0.0.1:8080": true, "http://[::1]:8080": true, "http://localhost": true, "http://127.9.9.9": true, "http://[::ffff:127.0.0.1]": true,
		"http://licenses.acme.example": false, "http://192.0.2.7": false, "http://localhost.acme.example": false, "http://127.0.0.1.acme.example": false,
		"ftp://127.0.0.1": false, "licenses.acme.example": false, "https://": false, "": false, "https://%": false, "https:///v1": false,
		"https://a:b@licenses.acme.example": false, "https://licenses.acme.example?x=1": false, "https://licenses.acme.example#x": false,
	} {
		if u, ok := ServiceURL(s); ok != want || ok && u == nil {
			t.Errorf("%q: %v", s, ok)
		}
	}
}

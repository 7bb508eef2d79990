package service

import (
	"bytes"
	"encoding/base64"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

func TestAnAnswerThatFitsIntoOneFlightIsNotCompressed(t *testing.T) {
	p := newPacker()
	for size, want := range map[int]bool{100: false, 20_000: true} {
		payload := base64.StdEncoding.EncodeToString(make([]byte, size))
		file, err := exchange.Armor(exchange.KindLicense, "", exchange.Envelope{PayloadType: exchange.ResponseType, Payload: payload})
		if err != nil {
			t.Fatal(err)
		}
		plain, err := exchange.Pack(file)
		if err != nil {
			t.Fatal(err)
		}
		got, compressed, err := p.pack(issuer.Answer{File: file}, true)
		if err != nil || compressed != want {
			t.Fatalf("%d bytes: compressed %v, %v", len(plain), compressed, err)
		}
		if compressed {
			d := p.unpack(bytes.NewReader(got))
			unpacked := make([]byte, 0, len(plain)+1)
			if unpacked, err = fill(d, unpacked); !bytes.Equal(unpacked, plain) {
				t.Errorf("%d bytes come back as %d, %v", len(plain), len(unpacked), err)
			}
		} else if !bytes.Equal(got, plain) {
			t.Errorf("%d bytes, not %d", len(got), len(plain))
		}
		if _, compressed, _ := p.pack(issuer.Answer{File: file}, false); compressed {
			t.Error("compressed for one who cannot undo that")
		}
	}
}

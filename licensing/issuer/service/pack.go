package service

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/issuer"
)

const maxWindow = 8 << 20

// packer packs answers and unpacks requests (zstd, RFC 8878). What it makes of the same bytes is always the same.
type packer struct {
	in  *sync.Pool // *zstd.Decoder
	out *zstd.Encoder
}

func newPacker() packer {
	out, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20), zstd.WithEncoderConcurrency(4))
	if err != nil {
		panic(err) // the options above are right
	}
	return packer{out: out, in: &sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxBody+1))
		if err != nil {
			panic(err)
		}
		return d
	}}}
}

func (p packer) unpack(from io.Reader) *zstd.Decoder {
	d := p.in.Get().(*zstd.Decoder)
	if err := d.Reset(from); err != nil { // its first Read says the same
		return d
	}
	return d
}

func (p packer) done(d *zstd.Decoder) {
	if d.Reset(nil) == nil { // it must not keep the body
		p.in.Put(d)
	}
}

// oneFlight is what a server sends before it waits for the first word that it arrived (ten segments, RFC 6928), with the headers: to make less of
// it saves nobody's time.
const oneFlight = 13 << 10

// pack makes an answer short: without the paragraph for people, and compressed when the caller can undo that and it is worth it.
func (p packer) pack(a issuer.Answer, compress bool) (b []byte, compressed bool, err error) {
	b, err = a.Pack()
	if err != nil || !compress || len(b) <= oneFlight {
		return b, false, err
	}
	return p.out.EncodeAll(b, make([]byte, 0, len(b))), true, nil
}

package licensing

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"

	"holdfast/licensing/disk"
)

// checkpointTail is what changed since the checkpoint was written whole, so that one change in a home with thousands of
// licenses does not write them all. It is signed like the checkpoint and names it by its signature; beside another one it says
// nothing.
type checkpointTail struct {
	V      int    `json:"v"`
	Base   []byte `json:"base"`
	Seq    uint64 `json:"seq"`
	Head   string `json:"head"`
	Change change `json:"change"`
}

const (
	tailFile  = "checkpoint.tail.json"
	tailType  = "application/vnd.holdfast.checkpoint-tail.v1+json"
	tailLimit = 16 << 20
	// tailMost is how many changed records a tail holds before the checkpoint is written whole again.
	tailMost = 256
)

// sinceCheckpoint is what the tail has to say: the changes since the checkpoint that base names. Without base it is not known.
type sinceCheckpoint struct {
	base []byte
	rec  *records
}

func (s *sinceCheckpoint) start(base []byte) { *s = sinceCheckpoint{base, newRecords()} }

// add notes a change of the records. A packed one says nothing of what it changed, and what was let go of has to go from the checkpoint.
func (s *sinceCheckpoint) add(c change) {
	if s.base == nil || len(c.Packed) > 0 || c.Reset || c.Fold > 0 {
		s.base = nil
		return
	}
	s.rec.apply(bare(c))
}

// short says that a tail is worth writing.
func (s *sinceCheckpoint) short() bool {
	r := s.rec
	return s.base != nil && len(r.Vendors)+len(r.Licenses)+len(r.Requests)+len(r.Documents)+len(r.Parts)+len(r.Grace)+len(r.UsageFiles)+len(r.Contacts)+len(r.Home.Shown) <= tailMost
}

// writeCheckpoint brings the checkpoint up to date. It is only a copy: when it cannot be written, the next change tries again.
func (e *Engine) writeCheckpoint() {
	if e.secrets == nil || e.o.ReadOnly {
		return
	}
	if e.since.short() && e.writeTail() == nil {
		return
	}
	e.since.start(nil)
	base, err := e.writeCheckpointAs(checkpointFile, e.rec, e.secrets.device)
	if err != nil {
		return
	}
	e.since.start(base)
	if e.writeTail() != nil {
		e.since.start(nil)
	}
}

func (e *Engine) writeTail() error {
	c := e.since.rec.all()
	home := e.rec.Home
	home.Shown = nil
	c.Reset, c.Home = false, &home
	t := checkpointTail{V: 1, Base: e.since.base, Seq: e.rec.Seq, Head: e.rec.Head, Change: c}
	_, err := e.writeSigned(tailFile, tailType, t, e.secrets.device)
	return err
}

// readTail reads the tail of the checkpoint with this signature.
func (e *Engine) readTail(base []byte) (checkpointTail, error) {
	var t checkpointTail
	b, err := disk.ReadFile(e.o.FS, e.path(tailFile), tailLimit)
	if err != nil {
		return t, err
	}
	if _, err := readSigned(b, tailType, e.public, true, &t); err != nil {
		return t, err
	}
	if t.V != 1 || base != nil && !bytes.Equal(t.Base, base) {
		return t, fmt.Errorf("a tail of another checkpoint, version %d", t.V)
	}
	return t, nil
}

// continueCheckpoint goes on with the tail that is there, when it and its checkpoint say all that the records say.
func (e *Engine) continueCheckpoint() {
	e.since.start(nil)
	t, err := e.readTail(nil)
	if err != nil || t.Seq != e.rec.Seq || t.Head != e.rec.Head || !e.checkpointIs(t.Base) {
		return
	}
	e.since.start(t.Base)
	e.since.rec.apply(t.Change)
}

// checkpointIs says whether the checkpoint has this signature, which stands at its end.
func (e *Engine) checkpointIs(sig []byte) bool {
	want := []byte(`"sig":"` + base64.StdEncoding.EncodeToString(sig) + `"}`)
	f, err := e.o.FS.OpenFile(e.path(checkpointFile), os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() < int64(len(want)) {
		return false
	}
	got := make([]byte, len(want))
	_, err = f.ReadAt(got, info.Size()-int64(len(want)))
	return err == nil && bytes.Equal(got, want)
}

package disktest

import (
	"math/rand/v2"
	"slices"
)

const sector = 512

// PowerOn ends PowerOffAfter with nothing lost, as when only the process was killed.
func (m *Memory) PowerOn() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.until, m.off = 0, false
	return m
}

// Crash returns the disk after a power loss, as r decides.
func (m *Memory) Crash(r *rand.Rand) *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := map[string]*node{}
	for name, n := range m.durable {
		names[name] = n
	}
	// Half of the time names are lost from one moment on, as a journalling file system does it, else any of them.
	upTo, any := r.IntN(len(m.changes)+1), r.IntN(2) == 0
	for i, c := range m.changes {
		if any && r.IntN(2) == 0 || !any && i >= upTo {
			continue
		}
		apply(names, c)
	}
	after := NewMemory()
	for name, n := range names {
		left := &node{dir: n.dir, perm: n.perm, data: n.crash(r)}
		left.durable = slices.Clone(left.data)
		after.names[name], after.durable[name] = left, left
	}
	return after
}

func apply(names map[string]*node, c change) {
	if c.from != "" {
		if names[c.from] == nil {
			return // was never made durable: nothing to move
		}
		delete(names, c.from)
	}
	if c.node == nil {
		delete(names, c.name)
		return
	}
	names[c.name] = c.node
}

// crash returns the bytes that are left of a file.
func (n *node) crash(r *rand.Rand) []byte {
	data := slices.Clone(n.durable)
	for _, w := range n.writes {
		if w.size >= 0 {
			if r.IntN(2) == 0 {
				data = resize(data, w.size)
			}
			continue
		}
		mode := r.IntN(3) // all of it, none of it, or some of its sectors
		for off := int64(0); off < int64(len(w.data)); {
			step := min(sector-(w.off+off)%sector, int64(len(w.data))-off)
			if mode == 0 || mode == 2 && r.IntN(2) == 0 {
				if end := w.off + off + step; int64(len(data)) < end {
					data = resize(data, end)
				}
				copy(data[w.off+off:], w.data[off:off+step])
			}
			off += step
		}
		// The new length may be kept without the bytes.
		if end := w.off + int64(len(w.data)); int64(len(data)) < end && r.IntN(4) == 0 {
			data = resize(data, end)
		}
	}
	return data
}

func resize(b []byte, size int64) []byte {
	if int64(len(b)) >= size {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

//go:build !windows

package client

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// exampleClient asks an endpoint that is made for the examples; a program calls Open.
func exampleClient() (c *Client, done func()) {
	dir, err := os.MkdirTemp("", "hf")
	if err != nil {
		panic(err)
	}
	h, err := newHoldfast(dir)
	if err != nil {
		panic(err)
	}
	c, err = Open(Options{Product: "acmecad", Version: "5.1", Vendor: public(h.root), Home: h.home, Witness: filepath.Join(dir, "w.json")})
	if err != nil {
		panic(err)
	}
	return c, func() {
		c.Close()
		h.stop()
		os.RemoveAll(dir)
	}
}

func ExampleClient_Check() {
	c, done := exampleClient()
	defer done()
	for _, id := range []string{"edit", "render"} {
		f, err := c.Check(context.Background(), id)
		fmt.Println(id, f.Mode, f.Text, err)
	}
	// Output:
	// edit keep  <nil>
	// render view Rendering needs a check-in. <nil>
}

func ExampleClient_CheckAll() {
	c, done := exampleClient()
	defer done()
	v, err := c.CheckAll(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Allowed(), v.Text, v.Works, v.View)
	// Output: true Ready. [edit] [render]
}

func ExampleClient_Record() {
	c, done := exampleClient()
	defer done()
	for range 2 {
		r, err := c.Record(context.Background(), "renders", 3, "job-17")
		fmt.Println(r.Seq, r.Again, err)
	}
	// Output:
	// 1 false <nil>
	// 1 true <nil>
}

func ExampleClient_RecordAll() {
	c, done := exampleClient()
	defer done()
	uses := []Use{{Meter: "renders", Units: 1}, {Meter: "renders", Units: 4}}
	// Keep uses until it returns without an error: they carry their ids then, and can be sent again.
	recorded, end, err := c.RecordAll(context.Background(), uses)
	fmt.Println(len(recorded), end.Seq, err)
	// Output: 2 2 <nil>
}

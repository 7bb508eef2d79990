//go:build !windows

package client_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"holdfast/licensing/client"
)

// rootKey is compiled into the program: what `holdfast-issuer profile` prints as the root key, in base64.
const rootKey = "bL91eHZYnqxCxZRQhFqgXxNaZmnKIRfPLkkUb4yh4oU="

func Example() {
	ctx := context.Background()
	root, err := base64.StdEncoding.DecodeString(rootKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := client.Open(client.Options{Product: "acmecad", Version: "5.1", Vendor: ed25519.PublicKey(root), Home: "/nowhere", Witness: "/nowhere/w", Patience: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := c.Check(ctx, "edit")
	switch {
	case errors.Is(err, client.ErrNoHoldfast):
		fmt.Println("Open without editing, and say that Holdfast is not installed.")
	case f.Mode == client.Keep:
		fmt.Println("Edit.")
	default:
		fmt.Println("Open for looking only:", f.Text)
	}
	// Output: Open without editing, and say that Holdfast is not installed.
}

// Checks a bundle of one case with the Go project's own note and tlog, which know nothing of Countersign: is the head signed by this
// key, and does each proof lead from its entry to that head?
//
//	GOPATH=/usr/share/gocode GO111MODULE=off go run tlog.go VKEY BUNDLE
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(words ...interface{}) {
	fmt.Println(words...)
	os.Exit(1)
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	return text
}

func hash(line string) tlog.Hash {
	var all tlog.Hash
	bytes, err := base64.StdEncoding.DecodeString(line)
	if err != nil || len(bytes) != len(all) {
		fail("no hash:", line)
	}
	copy(all[:], bytes)
	return all
}

func main() {
	vkey, bundle := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("the key:", err)
	}
	open := func(text []byte) (int64, tlog.Hash) {
		opened, err := note.Open(text, note.VerifierList(verifier))
		if err != nil {
			fail("the head:", err)
		}
		lines := strings.Split(opened.Text, "\n")
		if len(lines) < 3 || lines[0] != verifier.Name() {
			fail("no head of this log:", opened.Text)
		}
		size, err := strconv.ParseInt(lines[1], 10, 64)
		if err != nil {
			fail("the size:", err)
		}
		return size, hash(lines[2])
	}
	open(read(filepath.Join(bundle, "data/checkpoint")))
	proven := 0
	for _, folder := range []string{"entries", "context"} {
		leaves, _ := filepath.Glob(filepath.Join(bundle, "data", folder, "*.leaf"))
		for _, leaf := range leaves {
			number := strings.TrimSuffix(filepath.Base(leaf), ".leaf")
			text := string(read(filepath.Join(bundle, "data/proofs", number+".tlog-proof")))
			parts := strings.SplitN(text, "\n\n", 2)
			lines := strings.Split(parts[0], "\n")
			if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index "+number {
				fail("no proof of entry", number)
			}
			size, root := open([]byte(parts[1]))
			var path tlog.RecordProof
			for _, line := range lines[2:] {
				path = append(path, hash(line))
			}
			index, _ := strconv.ParseInt(number, 10, 64)
			if err := tlog.CheckRecord(path, size, root, index, tlog.RecordHash(read(leaf))); err != nil {
				fail("entry", number+":", err)
			}
			proven++
		}
	}
	fmt.Println("proven:", proven)
}

// Verifies a proof of the public log (C2SP tlog-proof) with Go's own packages of the checksum database, sumdb/note and sumdb/tlog.
//
// verify PROOF DATA LOGKEY WITNESSKEY [CONSISTENCY CHECKPOINT]: exit code 0 when the data is in the log of that key, the witness's
// cosignature holds, and the later checkpoint goes on from the proof's.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(words ...interface{}) {
	fmt.Fprintln(os.Stderr, words...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

func read(name string) string {
	content, err := os.ReadFile(name)
	must(err)
	return string(content)
}

func hashes(lines []string) []tlog.Hash {
	var found []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		must(err)
		found = append(found, hash)
	}
	return found
}

// open opens a checkpoint and gives its text, size and root.
func open(text string, key string) (*note.Note, tlog.Tree) {
	verifier, err := note.NewVerifier(key)
	must(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		fail("another log:", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return opened, tlog.Tree{N: size, Hash: root}
}

// cosigned checks a timestamped Ed25519 signature, which the note package leaves unverified.
func cosigned(opened *note.Note, key string) {
	name, rest, _ := strings.Cut(key, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	public, err := base64.StdEncoding.DecodeString(encoded)
	must(err)
	for _, signature := range opened.UnverifiedSigs {
		if signature.Name != name || fmt.Sprintf("%08x", signature.Hash) != id {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(signature.Base64)
		must(err)
		seconds := binary.BigEndian.Uint64(raw[4:12])
		var message bytes.Buffer
		fmt.Fprintf(&message, "cosignature/v1\ntime %d\n%s", seconds, opened.Text)
		if !ed25519.Verify(ed25519.PublicKey(public[1:]), message.Bytes(), raw[12:]) {
			fail("the cosignature does not hold")
		}
		fmt.Println("cosigned at", seconds)
		return
	}
	fail("not cosigned by", name)
}

func main() {
	head, checkpoint, _ := strings.Cut(read(os.Args[1]), "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		fail("no proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	must(err)
	opened, tree := open(checkpoint, os.Args[3])
	leaf := tlog.RecordHash([]byte(read(os.Args[2])))
	must(tlog.CheckRecord(tlog.RecordProof(hashes(lines[1:])), tree.N, tree.Hash, index, leaf))
	cosigned(opened, os.Args[4])
	if len(os.Args) > 5 {
		_, later := open(read(os.Args[6]), os.Args[3])
		proof := hashes(strings.Fields(read(os.Args[5])))
		must(tlog.CheckTree(tlog.TreeProof(proof), later.N, later.Hash, tree.N, tree.Hash))
	}
	fmt.Println("leaf", index, "of", tree.N)
}

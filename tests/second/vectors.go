// Writes proofs of inclusion and consistency, right ones and bent ones, in the JSON form of transparency-dev/merkle; whether one must
// be refused (wantErr) is what Go's own sumdb/tlog says of it.
//
// vectors FOLDER: writes FOLDER/inclusion/*.json and FOLDER/consistency/*.json, and prints how many of each hold and do not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

type hashes []tlog.Hash

func (kept hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for at, index := range indexes {
		found[at] = kept[index]
	}
	return found, nil
}

var counted, written = map[string]int{}, map[string]bool{}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func write(folder, kind, name string, told map[string]interface{}, refused error) {
	told["wantErr"], told["desc"] = refused != nil, name
	text, err := json.Marshal(told)
	must(err)
	must(os.MkdirAll(filepath.Join(folder, kind), 0o755))
	must(os.WriteFile(filepath.Join(folder, kind, name+".json"), text, 0o644))
	if key := kind + name; !written[key] { // of small trees some places are the same
		written[key] = true
		counted[fmt.Sprintf("%s %t", kind, refused == nil)]++
	}
}

func plain(proof []tlog.Hash) [][]byte {
	found := [][]byte{}
	for _, each := range proof {
		found = append(found, append([]byte{}, each[:]...))
	}
	return found
}

func flipped(hash tlog.Hash) tlog.Hash {
	hash[31] ^= 1
	return hash
}

// bent gives a proof and what can be wrong with it, by name.
func bent(proof []tlog.Hash) map[string][]tlog.Hash {
	found := map[string][]tlog.Hash{"right": proof, "longer": append(append([]tlog.Hash{}, proof...), tlog.Hash{})}
	if len(proof) > 0 {
		found["shorter"] = proof[:len(proof)-1]
		found["without-first"] = proof[1:]
		last := append([]tlog.Hash{}, proof...)
		last[len(last)-1] = flipped(last[len(last)-1])
		found["one-bit"] = last
		found["empty"] = nil
	}
	if len(proof) > 1 && proof[0] != proof[1] {
		turned := append([]tlog.Hash{}, proof...)
		turned[0], turned[1] = turned[1], turned[0]
		found["turned"] = turned
	}
	return found
}

func main() {
	folder := os.Args[1]
	var kept hashes
	var roots, leaves []tlog.Hash
	sizes := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 255, 256, 257, 300}
	for at := int64(0); at < 300; at++ {
		data := []byte(fmt.Sprintf("leaf %d", at))
		stored, err := tlog.StoredHashes(at, data, kept)
		must(err)
		kept = append(kept, stored...)
		root, err := tlog.TreeHash(at+1, kept)
		must(err)
		roots, leaves = append(roots, root), append(leaves, tlog.RecordHash(data))
	}
	for _, size := range sizes {
		for _, index := range []int64{0, 1, size / 2, size - 2, size - 1} {
			if index < 0 || index >= size {
				continue
			}
			proof, err := tlog.ProveRecord(size, index, kept)
			must(err)
			inclusion := func(name string, proof []tlog.Hash, size, index int64, root, leaf tlog.Hash) {
				told := map[string]interface{}{"leafIdx": index, "treeSize": size, "root": root[:], "leafHash": leaf[:], "proof": plain(proof)}
				write(folder, "inclusion", fmt.Sprintf("%d-%d-%s", size, index, name), told, tlog.CheckRecord(proof, size, root, index, leaf))
			}
			for name, each := range bent(proof) {
				inclusion(name, each, size, index, roots[size-1], leaves[index])
			}
			inclusion("other-root", proof, size, index, flipped(roots[size-1]), leaves[index])
			inclusion("other-leaf", proof, size, index, roots[size-1], flipped(leaves[index]))
			if size > 1 { // of one leaf and one place there is no other
				next := (index + 1) % size
				told := map[string]interface{}{"leafIdx": next, "treeSize": size, "root": roots[size-1][:], "leafHash": leaves[index][:], "proof": plain(proof)}
				write(folder, "inclusion", fmt.Sprintf("%d-%d-other-place", size, index), told, tlog.CheckRecord(proof, size, roots[size-1], next, leaves[index]))
			}
			outside := map[string]interface{}{"leafIdx": size, "treeSize": size, "root": roots[size-1][:], "leafHash": leaves[index][:], "proof": plain(proof)}
			write(folder, "inclusion", fmt.Sprintf("%d-%d-outside", size, index), outside, tlog.CheckRecord(proof, size, roots[size-1], size, leaves[index]))
		}
		for _, before := range sizes {
			if before > size {
				continue
			}
			proof, err := tlog.ProveTree(size, before, kept)
			must(err)
			consistency := func(name string, proof []tlog.Hash, before int64, root1, root2 tlog.Hash) {
				told := map[string]interface{}{"size1": before, "size2": size, "root1": root1[:], "root2": root2[:], "proof": plain(proof)}
				write(folder, "consistency", fmt.Sprintf("%d-%d-%s", before, size, name), told, tlog.CheckTree(proof, size, root2, before, root1))
			}
			for name, each := range bent(proof) {
				consistency(name, each, before, roots[before-1], roots[size-1])
			}
			consistency("other-before", proof, before, flipped(roots[before-1]), roots[size-1])
			consistency("other-after", proof, before, roots[before-1], flipped(roots[size-1]))
			if before < size {
				consistency("turned-round", proof, before, roots[size-1], roots[before-1])
			}
		}
	}
	for _, name := range []string{"inclusion true", "inclusion false", "consistency true", "consistency false"} {
		fmt.Println(name, counted[name])
	}
}

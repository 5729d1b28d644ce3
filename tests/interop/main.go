// An independent reader of what Tocsin publishes: checkpoints, proofs and tiles, by the code that checks Go modules.
//
//	oracle checkpoint VKEY FILE     a C2SP tlog-checkpoint, signed by this verifier key
//	oracle proof VKEY FILE          a C2SP tlog-proof whose extra line holds {"leaf": base64} with the leaf data
//	oracle tiles VKEY DIR PROOFS    a C2SP tlog-tiles directory: all of it, and so many proofs of each kind
//	oracle tree < LINES             a growing tree, and what is claimed of it; see tree.go
//
// It prints one line and ends with 0 if all is right, 1 if not.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	said, err := run(os.Args[1:])
	if err != nil {
		fmt.Printf("no: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(said)
}

func run(args []string) (string, error) {
	switch {
	case len(args) == 3 && args[0] == "checkpoint":
		return onText(args[2], func(text string) (string, error) { return checkCheckpoint(args[1], text) })
	case len(args) == 3 && args[0] == "proof":
		return onText(args[2], func(text string) (string, error) { return checkProof(args[1], text) })
	case len(args) == 4 && args[0] == "tiles":
		proofs, err := strconv.Atoi(args[3])
		if err != nil {
			return "", err
		}
		return checkTiles(args[1], args[2], proofs)
	case len(args) == 1 && args[0] == "tree":
		return checkTree(os.Stdin)
	}
	return "", fmt.Errorf("use: checkpoint VKEY FILE | proof VKEY FILE | tiles VKEY DIR PROOFS | tree")
}

func onText(path string, check func(string) (string, error)) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return check(string(content))
}

func checkCheckpoint(vkey, text string) (string, error) {
	tree, origin, err := openCheckpoint(vkey, text)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d %v", origin, tree.N, tree.Hash), nil
}

// openCheckpoint reads a signed checkpoint whose origin is the name of the key.
func openCheckpoint(vkey, text string) (tlog.Tree, string, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, "", err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, "", err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, "", fmt.Errorf("a checkpoint has three lines")
	}
	if lines[0] != verifier.Name() {
		return tlog.Tree{}, "", fmt.Errorf("the checkpoint is of %q, the key of %q", lines[0], verifier.Name())
	}
	size, err := number(lines[1])
	if err != nil {
		return tlog.Tree{}, "", err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, lines[0], err
}

func checkProof(vkey, text string) (string, error) {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", fmt.Errorf("this is no tlog-proof with an extra line")
	}
	leaf, err := leafOf(lines[1])
	if err != nil {
		return "", err
	}
	index, err := number(strings.TrimPrefix(lines[2], "index "))
	if err != nil || !strings.HasPrefix(lines[2], "index ") {
		return "", fmt.Errorf("line 3 names no index: %q", lines[2])
	}
	proof, err := hashes(lines[3:])
	if err != nil {
		return "", err
	}
	tree, origin, err := openCheckpoint(vkey, checkpoint)
	if err != nil {
		return "", err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d %v: leaf %d of %d bytes", origin, tree.N, tree.Hash, index, len(leaf)), nil
}

// leafOf reads the leaf data from the line "extra <base64 of JSON>".
func leafOf(line string) ([]byte, error) {
	content, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "extra "))
	if err != nil || !strings.HasPrefix(line, "extra ") {
		return nil, fmt.Errorf("line 2 is no extra line: %q", line)
	}
	var extra struct {
		Leaf *[]byte `json:"leaf"`
	}
	if err := json.Unmarshal(content, &extra); err != nil || extra.Leaf == nil {
		return nil, fmt.Errorf("the extra line holds no leaf: %s", content)
	}
	return *extra.Leaf, nil
}

func hashes(texts []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		found[i] = hash
	}
	return found, nil
}

// number reads a decimal without sign or leading zeros.
func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("no number: %q", text)
	}
	return n, nil
}

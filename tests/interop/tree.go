package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A claim is right if it is what Go says itself and, for a proof, if Go also accepts it.
//
//	leaf BASE64                         a further leaf, by its data
//	root SIZE HASH
//	inclusion INDEX SIZE HASH...        from the leaf's sibling up
//	consistency OLD NEW HASH...         OLD is at least 1
type claims struct {
	stored []tlog.Hash
	leaves []tlog.Hash
	roots  []tlog.Hash
	right  map[string]int
}

func checkTree(lines io.Reader) (string, error) {
	// Go calls the root of the empty tree zero; the RFC, SHA-256 of nothing.
	known := &claims{roots: []tlog.Hash{sha256.Sum256(nil)}, right: map[string]int{}}
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(nil, 1<<20)
	for line := 1; scanner.Scan(); line++ {
		if err := known.take(strings.Split(scanner.Text(), " ")); err != nil {
			return "", fmt.Errorf("line %d: %.200s: %v", line, scanner.Text(), err)
		}
	}
	right := known.right
	return fmt.Sprintf("leaves %d, roots %d, inclusion %d, consistency %d",
		len(known.leaves), right["root"], right["inclusion"], right["consistency"]), scanner.Err()
}

func (c *claims) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = c.stored[index]
	}
	return found, nil
}

func (c *claims) take(words []string) error {
	if words[0] == "leaf" && len(words) == 2 {
		return c.grow(words[1])
	}
	err := fmt.Errorf("no such claim")
	switch {
	case words[0] == "root" && len(words) == 3:
		err = c.root(words[1], words[2])
	case words[0] == "inclusion" && len(words) >= 3:
		err = c.inclusion(words[1], words[2], words[3:])
	case words[0] == "consistency" && len(words) >= 3:
		err = c.consistency(words[1], words[2], words[3:])
	}
	if err == nil {
		c.right[words[0]]++
	}
	return err
}

func (c *claims) grow(text string) error {
	leaf, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	n := int64(len(c.leaves))
	added, err := tlog.StoredHashes(n, leaf, c)
	if err != nil {
		return err
	}
	c.stored = append(c.stored, added...)
	c.leaves = append(c.leaves, tlog.RecordHash(leaf))
	root, err := tlog.TreeHash(n+1, c)
	c.roots = append(c.roots, root)
	return err
}

func (c *claims) root(sizeText, rootText string) error {
	size, err := c.size(sizeText)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(rootText)
	if err == nil && root != c.roots[size] {
		err = fmt.Errorf("the root is %v", c.roots[size])
	}
	return err
}

func (c *claims) inclusion(indexText, sizeText string, proofTexts []string) error {
	index, err := c.size(indexText)
	if err != nil {
		return err
	}
	size, err := c.size(sizeText)
	if err != nil {
		return err
	}
	proof, err := hashes(proofTexts)
	if err != nil {
		return err
	}
	own, err := tlog.ProveRecord(size, index, c)
	if err != nil {
		return err
	}
	if fmt.Sprint(own) != fmt.Sprint(tlog.RecordProof(proof)) {
		return fmt.Errorf("the proof is %v", own)
	}
	return tlog.CheckRecord(proof, size, c.roots[size], index, c.leaves[index])
}

func (c *claims) consistency(oldText, newText string, proofTexts []string) error {
	older, err := c.size(oldText)
	if err != nil {
		return err
	}
	newer, err := c.size(newText)
	if err != nil {
		return err
	}
	proof, err := hashes(proofTexts)
	if err != nil {
		return err
	}
	own, err := tlog.ProveTree(newer, older, c)
	if err != nil {
		return err
	}
	if fmt.Sprint(own) != fmt.Sprint(tlog.TreeProof(proof)) {
		return fmt.Errorf("the proof is %v", own)
	}
	return tlog.CheckTree(proof, newer, c.roots[newer], older, c.roots[older])
}

// size reads the size of a tree that was there.
func (c *claims) size(text string) (int64, error) {
	size, err := number(text)
	if err == nil && size >= int64(len(c.roots)) {
		err = fmt.Errorf("there are %d leaves", len(c.leaves))
	}
	return size, err
}

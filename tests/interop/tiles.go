package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tileDir reads the tiles of a directory. tlog.TileHashReader checks them against the root.
type tileDir string

func (dir tileDir) Height() int { return height }

func (dir tileDir) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir tileDir) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(dir), tilePath(tile)))
		if err != nil {
			return nil, err
		}
		if len(content) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", tilePath(tile), len(content))
		}
		data[i] = content
	}
	return data, nil
}

// tilePath is the path of Go without its height; its data tiles are the entry bundles of C2SP.
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func checkTiles(vkey, dir string, proofs int) (string, error) {
	checkpoint, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, origin, err := openCheckpoint(vkey, string(checkpoint))
	if err != nil {
		return "", err
	}
	said := fmt.Sprintf("%s %d %v", origin, tree.N, tree.Hash)
	if tree.N == 0 {
		if tree.Hash != sha256.Sum256(nil) {
			return "", fmt.Errorf("the root of the empty tree is not SHA-256 of nothing")
		}
		return said + ": tiles 0, leaves 0, proofs 0", nil
	}
	reader := tlog.TileHashReader(tree, tileDir(dir))
	tiles, err := checkHashes(tree, reader)
	if err != nil {
		return "", err
	}
	leaves, err := checkBundles(tree, dir, reader)
	if err != nil {
		return "", err
	}
	if err := checkProofs(tree, reader, leaves, proofs); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: tiles %d, leaves %d, proofs %d", said, tiles, len(leaves), 2*proofs), nil
}

// checkHashes reads every hash of every tile that a tree of this size has, each proven against the root.
func checkHashes(tree tlog.Tree, reader tlog.HashReader) (int, error) {
	tiles := 0
	for level := 0; tree.N>>(height*level) > 0; level++ {
		width := tree.N >> (height * level)
		for start := int64(0); start < width; start += 1 << height {
			if _, err := reader.ReadHashes(indexesOf(level, start, width)); err != nil {
				return 0, fmt.Errorf("tile %d of level %d: %v", start>>height, level, err)
			}
			tiles++
		}
	}
	return tiles, nil
}

// indexesOf lists the hashes of the tile that begins with hash `start` of its level, which has `width` hashes.
func indexesOf(level int, start, width int64) []int64 {
	var indexes []int64
	for i := start; i < width && i < start+1<<height; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(height*level, i))
	}
	return indexes
}

// checkBundles hashes every leaf and compares it with its level 0 tile. It returns the leaves' hashes.
func checkBundles(tree tlog.Tree, dir string, reader tlog.HashReader) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for start := int64(0); start < tree.N; start += 1 << height {
		proven, err := reader.ReadHashes(indexesOf(0, start, tree.N))
		if err != nil {
			return nil, err
		}
		path := tilePath(tlog.Tile{H: height, L: -1, N: start >> height, W: len(proven)})
		rest, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		for i, hash := range proven {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				return nil, fmt.Errorf("%s ends within leaf %d", path, start+int64(i))
			}
			end := 2 + int(binary.BigEndian.Uint16(rest))
			if tlog.RecordHash(rest[2:end]) != hash {
				return nil, fmt.Errorf("%s: leaf %d is not the one in the tree", path, start+int64(i))
			}
			rest = rest[end:]
		}
		if len(rest) > 0 {
			return nil, fmt.Errorf("%s has %d bytes too many", path, len(rest))
		}
		leaves = append(leaves, proven...)
	}
	return leaves, nil
}

// checkProofs makes proofs from the tiles, of places that are drawn the same in each run, and checks them.
func checkProofs(tree tlog.Tree, reader tlog.HashReader, leaves []tlog.Hash, proofs int) error {
	draw := rand.New(rand.NewSource(1))
	for i := 0; i < proofs; i++ {
		index := draw.Int63n(tree.N)
		record, err := tlog.ProveRecord(tree.N, index, reader)
		if err == nil {
			err = tlog.CheckRecord(record, tree.N, tree.Hash, index, leaves[index])
		}
		if err != nil {
			return fmt.Errorf("inclusion of %d: %v", index, err)
		}
		old := draw.Int63n(tree.N) + 1
		root, err := tlog.TreeHash(old, reader)
		if err != nil {
			return err
		}
		prefix, err := tlog.ProveTree(tree.N, old, reader)
		if err == nil {
			err = tlog.CheckTree(prefix, tree.N, tree.Hash, old, root)
		}
		if err != nil {
			return fmt.Errorf("consistency from %d: %v", old, err)
		}
	}
	return nil
}

"""The tree agrees with the RFC word by word (tests/naive_tree.py), and its proofs convince the checkers of RFC 9162."""

import tracemalloc
from collections.abc import Callable, Iterable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive_tree
from tests.streamed_root import RootOnly
from tocsin.ledger.tree import (
    EMPTY_ROOT,
    TILE_BYTES,
    Mark,
    Tree,
    leaf_hash,
    node_hash,
    tile_nodes,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [b"leaf %d" % index for index in range(600)]
SIZES_SHORT = [*range(18), 63, 64, 100, 127, 128, 129, 255, 256, 257, 258, 300, 384, 511, 512, 513, 599, 600]

# The vectors of the certificate-transparency reference code: leaves, the roots over the first 0, 1, 2, ... of them,
# and some of its proofs.
VECTOR_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
VECTOR_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
VECTOR_PATH_OF_0_IN_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
VECTOR_PROOF_FROM_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


class Kept(dict[tuple[int, int], bytes]):
    """A store of full tiles."""

    def tile(self, level: int, number: int) -> bytes:
        return self[level, number]

    def keep(self, tiles: Iterable[tuple[int, int, bytes]]) -> None:
        self.update({(level, number): nodes for level, number, nodes in tiles})


def grown(leaves: Iterable[bytes]) -> tuple[Tree, Kept]:
    """A tree over these leaves, and its full tiles, stored."""
    kept = Kept()
    tree = Tree(kept)
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
        if tree.pending:
            kept.keep(tree.take_tiles())
    tree.take_tiles()
    return tree, kept


@pytest.fixture(scope="module")
def tree() -> Tree:
    return grown(LEAVES)[0]


@cache
def large() -> tuple[Tree, Kept]:
    """70,000 leaves: full tiles of levels 0 and 1, partial ones of levels 0 to 2. Do not append to it."""
    return grown(b"%d" % index for index in range(70_000))


# what the RFC says


def test_published_roots() -> None:
    tree = Tree(Kept())
    roots = [tree.root().hex()]
    for leaf in VECTOR_LEAVES:
        tree.append(leaf_hash(bytes.fromhex(leaf)))
        roots.append(tree.root().hex())
    assert roots == VECTOR_ROOTS
    assert [tree.root_at(size).hex() for size in range(9)] == VECTOR_ROOTS


def test_published_proofs() -> None:
    tree, _ = grown(bytes.fromhex(leaf) for leaf in VECTOR_LEAVES)
    assert [part.hex() for part in tree.inclusion(0, 8)] == VECTOR_PATH_OF_0_IN_8
    assert [part.hex() for part in tree.consistency(6, 8)] == VECTOR_PROOF_FROM_6_TO_8
    assert tree.inclusion(0, 1) == []


def test_the_naive_tree_gives_the_published_roots_too() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in VECTOR_LEAVES]
    assert [naive_tree.root(leaves[:size]).hex() for size in range(9)] == VECTOR_ROOTS


def test_every_root_is_that_of_the_rfc(tree: Tree) -> None:
    streamed = RootOnly()
    for size in range(601):
        expected = naive_tree.root(LEAVES[:size])
        assert tree.root_at(size) == expected
        assert (streamed.size, streamed.root()) == (size, expected)
        if size < 600:
            streamed.append(leaf_hash(LEAVES[size]))
    assert tree.root() == tree.root_at(600)


def test_every_node_is_that_of_the_rfc(tree: Tree) -> None:
    for level in range(10):
        for index in range(600 >> level):
            leaves = LEAVES[index << level : (index + 1) << level]
            assert tree.node(level, index) == naive_tree.root(leaves)


@pytest.mark.parametrize(
    "sizes", [pytest.param(SIZES_SHORT, id="stepped"), pytest.param(range(601), id="all", marks=pytest.mark.long)]
)
def test_every_proof_is_that_of_the_rfc_and_convinces(tree: Tree, sizes: Iterable[int]) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    roots = [naive_tree.root(LEAVES[:size]) for size in range(601)]
    for size in sizes:
        leaves = LEAVES[:size]
        assert tree.consistency(0, size) == []
        assert verify_consistency(0, size, [], EMPTY_ROOT, roots[size])
        for index in range(size):
            path = tree.inclusion(index, size)
            assert path == naive_tree.inclusion(index, leaves)
            assert verify_inclusion(hashes[index], index, size, path, roots[size])
            proof = tree.consistency(index + 1, size)
            assert proof == naive_tree.consistency(index + 1, leaves)
            assert verify_consistency(index + 1, size, proof, roots[index + 1], roots[size])


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 65_792, 70_000])
def test_proofs_of_a_large_tree_cross_three_levels_of_tiles(size: int) -> None:
    tree, _ = large()
    root = tree.root_at(size)
    streamed = RootOnly()
    for index in range(size):
        streamed.append(tree.node(0, index))
    assert root == streamed.root()
    for index in (0, 1, 255, 256, 511, 32_768, 65_279, 65_280, size - 2, size - 1):
        path = tree.inclusion(index, size)
        assert verify_inclusion(tree.node(0, index), index, size, path, root)
        proof = tree.consistency(index + 1, size)
        assert verify_consistency(index + 1, size, proof, tree.root_at(index + 1), root)


def test_a_large_tree_is_that_of_the_rfc() -> None:
    tree, kept = large()
    leaves = [b"%d" % index for index in range(70_000)]
    assert tree.root() == naive_tree.root(leaves)
    assert tree.inclusion(65_537, 70_000) == naive_tree.inclusion(65_537, leaves)
    assert tree.consistency(300, 70_000) == naive_tree.consistency(300, leaves)
    assert sorted(kept) == [*((0, number) for number in range(273)), (1, 0)]
    assert tree.node(16, 0) == naive_tree.root(leaves[:65_536])


# tiles


def test_a_tile_holds_each_row_of_its_subtree(tree: Tree) -> None:
    lowest = [leaf_hash(leaf) for leaf in LEAVES[:256]]
    nodes = tile_nodes(lowest)
    rows = [tree.node(level, index) for level in range(9) for index in range(256 >> level)]
    assert nodes == b"".join(rows) == tile_nodes(b"".join(lowest))
    assert len(nodes) == TILE_BYTES == 16_352
    assert nodes[-32:] == naive_tree.root(LEAVES[:256])


@pytest.mark.parametrize("lowest", [b"", bytes(255 * 32), bytes(256 * 32 + 1), [bytes(31)] * 256, [bytes(32)] * 257])
def test_no_tile_stands_on_another_count_of_hashes(lowest: bytes | list[bytes]) -> None:
    with pytest.raises(ValueError, match="a full tile stands on 256 hashes of 32 bytes"):
        tile_nodes(lowest)


def test_full_tiles_come_up_in_order_and_are_handed_over_once() -> None:
    tree = Tree(Kept())
    for leaf in LEAVES:
        tree.append(leaf_hash(leaf))
    lowest = [[leaf_hash(leaf) for leaf in LEAVES[start : start + 256]] for start in (0, 256)]
    taken = tree.take_tiles()
    assert taken == [(0, 0, tile_nodes(lowest[0])), (0, 1, tile_nodes(lowest[1]))]
    assert tree.take_tiles() == []
    roots = naive_tree.root(LEAVES[:256]) + naive_tree.root(LEAVES[256:512])
    rest = b"".join(leaf_hash(leaf) for leaf in LEAVES[512:])
    assert list(tree.partial_tiles()) == [(0, 2, rest), (1, 0, roots)]


def test_the_last_tile_of_one_level_may_fill_the_next() -> None:
    tree = Tree(Kept())
    hashes = [leaf_hash(b"%d" % index) for index in range(65_536)]
    for digest in hashes[:-1]:
        tree.append(digest)
    tree.take_tiles()
    tree.append(hashes[-1])
    assert [(level, number) for level, number, _ in tree.pending] == [(0, 255), (1, 0)]
    assert [(level, number) for level, number, _ in tree.partial_tiles()] == [(2, 0)]
    assert tree.pending[1][2][-32:] == tree.root() == large()[0].node(16, 0)


def test_a_tile_proves_while_it_waits_and_while_it_is_stored() -> None:
    kept = Kept()
    tree = Tree(kept)
    for leaf in LEAVES:
        tree.append(leaf_hash(leaf))
    expected = naive_tree.inclusion(7, LEAVES)
    assert tree.inclusion(7, 600) == expected
    taken = tree.take_tiles()
    assert tree.inclusion(7, 600) == expected
    assert tree.inclusion(300, 600) == naive_tree.inclusion(300, LEAVES)
    kept.keep(taken)
    tree.take_tiles()
    assert tree.inclusion(7, 600) == expected


def test_a_tile_that_the_store_lost_or_cut_short_is_missed() -> None:
    tree, kept = grown(LEAVES)
    kept[0, 0] = kept[0, 0][:-32]
    with pytest.raises(KeyError, match="0, 0"):
        tree.inclusion(7, 600)
    del kept[0, 1]
    with pytest.raises(KeyError):
        tree.inclusion(300, 600)


def test_memory_does_not_grow_with_the_tree() -> None:
    def fed(size: int) -> int:
        tree, streamed = Tree(Kept()), RootOnly()
        tracemalloc.start()
        for index in range(size):
            digest = leaf_hash(b"%d" % index)
            tree.append(digest)
            streamed.append(digest)
            tree.take_tiles()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert fed(20_000) < fed(5_000) + 20_000


# resuming


def same(one: Tree, other: Tree) -> bool:
    return (one.size, one.root(), [*one.partial_tiles()]) == (other.size, other.root(), [*other.partial_tiles()])


def test_a_tree_resumes_at_every_size_as_if_it_had_never_stopped() -> None:
    kept = Kept()
    tree = Tree(kept)
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    for size in range(601):
        loaded = Tree.load(size, kept, hashes[size - size % 256 : size])
        assert same(loaded, tree)
        if size % 25 == 6:
            for digest in hashes[size:]:
                loaded.append(digest)
            assert loaded.root() == naive_tree.root(LEAVES)
            assert loaded.inclusion(size, 600) == naive_tree.inclusion(size, LEAVES)
        if size < 600:
            tree.append(hashes[size])
            kept.keep(tree.take_tiles())


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 69_888, 70_000])
def test_a_large_tree_resumes(size: int) -> None:
    tree, kept = large()
    last = [tree.node(0, index) for index in range(size - size % 256, size)]
    loaded = Tree.load(size, kept, last)
    assert (loaded.size, loaded.root()) == (size, tree.root_at(size))
    for index in range(size, 70_000):
        loaded.append(tree.node(0, index))
    assert same(loaded, tree)


@pytest.mark.parametrize(("size", "hashes"), [(-1, []), (5, []), (256, [bytes(32)]), (1, [bytes(31)])])
def test_a_tree_does_not_resume_from_other_hashes_than_its_last(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match=f"a tree of {size} leaves is resumed from its full tiles and its last"):
        Tree.load(size, Kept(), hashes)


def test_a_tree_does_not_resume_without_its_tiles() -> None:
    with pytest.raises(KeyError):
        Tree.load(256, Kept(), [])


# going back


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.sampled_from([1, 2, 7, 100, 255, 256, 257, 600])),
            st.tuples(st.sampled_from(["mark", "take"]), st.just(0)),
            st.tuples(st.just("rewind"), st.integers(0, 5)),
        ),
        max_size=14,
    ),
    place=st.integers(0),
)
def test_going_back_to_a_mark_forgets_all_that_came_after(steps: list[tuple[str, int]], place: int) -> None:
    """Tiles are stored only when the next are taken: until then the tree has to use its own."""
    kept = Kept()
    tree = Tree(kept)
    hashes: list[bytes] = []
    taken: list[tuple[int, int, bytes]] = []
    marks: list[tuple[Mark, list[bytes], list[tuple[int, int, bytes]], Kept]] = []
    for number, (step, count) in enumerate(steps):
        if step == "append":
            for index in range(count):
                hashes.append(leaf_hash(b"%d of step %d" % (index, number)))
                tree.append(hashes[-1])
        elif step == "mark":
            marks.append((tree.mark(), hashes.copy(), taken.copy(), Kept(kept)))
        elif step == "take":
            kept.keep(taken)
            taken = tree.take_tiles()
        elif count < len(marks):
            mark, hashes_then, taken_then, kept_then = marks[count]
            tree.rewind(mark)
            hashes, taken = hashes_then.copy(), taken_then.copy()
            kept.clear()
            kept.update(kept_then)
    streamed = RootOnly()
    for digest in hashes:
        streamed.append(digest)
    assert (tree.size, tree.root()) == (len(hashes), streamed.root())
    if hashes:
        index = place % len(hashes)
        path = tree.inclusion(index, len(hashes))
        assert verify_inclusion(hashes[index], index, len(hashes), path, streamed.root())
    known = set(kept) | {tile[:2] for tile in taken + tree.pending}
    assert known == {(0, number) for number in range(len(hashes) // 256)}


def test_after_going_back_a_tile_that_was_read_before_is_read_anew() -> None:
    tree = Tree(Kept())
    empty = tree.mark()
    for leaf in reversed(LEAVES):
        tree.append(leaf_hash(leaf))
    assert tree.inclusion(7, 600) == naive_tree.inclusion(7, LEAVES[::-1])
    tree.rewind(empty)
    for leaf in LEAVES:
        tree.append(leaf_hash(leaf))
    assert tree.inclusion(7, 600) == naive_tree.inclusion(7, LEAVES)


def test_after_going_back_a_tile_that_was_handed_over_still_proves() -> None:
    tree = Tree(Kept())
    for leaf in LEAVES:
        tree.append(leaf_hash(leaf))
    tree.take_tiles()
    while_it_is_stored = tree.mark()
    tree.take_tiles()
    tree.rewind(while_it_is_stored)
    assert tree.inclusion(7, 600) == naive_tree.inclusion(7, LEAVES)


# what is refused


@pytest.mark.parametrize("wrong", ["bit", "less", "more", "swap", "index", "leaf", "root"])
@given(size=st.integers(1, 600), place=st.integers(0), at=st.integers(0))
def test_a_changed_inclusion_proof_convinces_nobody(tree: Tree, size: int, place: int, wrong: str, at: int) -> None:
    index = place % size
    path, leaf, root = tree.inclusion(index, size), leaf_hash(LEAVES[index]), tree.root_at(size)
    if wrong == "index":
        assert not any(verify_inclusion(leaf, i, size, path, root) for i in range(-1, size + 1) if i != index)
    elif wrong in ("leaf", "root"):
        assert not verify_inclusion(flipped(leaf, at), index, size, path, root)
        assert not verify_inclusion(leaf, index, size, path, flipped(root, at))
    elif (changed := mutated(path, wrong, at)) != path:
        assert not verify_inclusion(leaf, index, size, changed, root)


@pytest.mark.parametrize("wrong", ["bit", "less", "more", "swap", "old root", "new root"])
@given(new=st.integers(1, 600), place=st.integers(0), at=st.integers(0))
def test_a_changed_consistency_proof_convinces_nobody(tree: Tree, new: int, place: int, wrong: str, at: int) -> None:
    old = place % (new + 1)
    proof, old_root, new_root = tree.consistency(old, new), tree.root_at(old), tree.root_at(new)
    if wrong == "old root":
        assert not verify_consistency(old, new, proof, flipped(old_root, at), new_root)
    elif wrong == "new root":
        # Every root continues the empty tree.
        assert verify_consistency(old, new, proof, old_root, flipped(new_root, at)) == (old == 0)
    elif (changed := mutated(proof, wrong, at)) != proof:
        assert not verify_consistency(old, new, changed, old_root, new_root)


def mutated(proof: list[bytes], wrong: str, at: int) -> list[bytes]:
    """The proof with one thing changed; as it is where there is nothing to change."""
    changed = proof.copy()
    if wrong == "more":
        changed.insert(at % (len(changed) + 1), proof[at % len(proof)] if proof else bytes(32))
    elif changed:
        place = at % len(changed)
        if wrong == "less":
            del changed[place]
        elif wrong == "swap":
            changed[place], changed[0] = changed[0], changed[place]
        else:
            changed[place] = flipped(changed[place], at)
    return changed


def flipped(digest: bytes, at: int) -> bytes:
    bit = at % 256
    return digest[: bit // 8] + bytes([digest[bit // 8] ^ 1 << bit % 8]) + digest[bit // 8 + 1 :]


MALFORMED: list[object] = [[b""], [bytes(31)], [bytes(33)], [b"x" * 32] * 100, ["a" * 32], [None], [bytes(32), 7]]


@pytest.mark.parametrize("proof", MALFORMED)
def test_a_malformed_proof_is_wrong_not_an_error(tree: Tree, proof: list[bytes]) -> None:
    assert not verify_inclusion(tree.node(0, 3), 3, 600, proof, tree.root())
    assert not verify_consistency(3, 600, proof, tree.root_at(3), tree.root())
    assert not verify_consistency(512, 600, proof, tree.root_at(512), tree.root())


def test_what_cannot_be_in_a_tree_is_not_in_it(tree: Tree) -> None:
    path = tree.inclusion(3, 600)
    for index, size in [(-1, 600), (600, 600), (3, 3), (3, 0), (3, -600)]:
        assert not verify_inclusion(tree.node(0, 3), index, size, path, tree.root())
    assert not verify_inclusion(b"", 3, 600, path, tree.root())
    assert not verify_inclusion(tree.node(0, 3), 3, 600, path, b"")


def test_a_proof_has_the_length_that_the_sizes_say() -> None:
    """Each of these hashes up to the roots named, and would convince a checker that does not count."""
    a, b, c, d, e = (leaf_hash(bytes([number])) for number in range(5))
    ab, cd = node_hash(a, b), node_hash(c, d)
    abcd = node_hash(ab, cd)
    assert verify_inclusion(a, 0, 4, [b, cd], abcd)
    assert not verify_inclusion(a, 0, 4, [b], ab)
    assert not verify_inclusion(a, 0, 4, [b, cd, e], node_hash(e, abcd))
    assert not verify_inclusion(a, 0, 1, [e], node_hash(e, a))
    assert verify_consistency(2, 4, [cd], ab, abcd)
    assert not verify_consistency(2, 8, [cd], ab, abcd)
    abc = node_hash(ab, c)
    assert verify_consistency(3, 4, [c, d, ab], abc, abcd)
    assert not verify_consistency(3, 4, [c, d, ab, e], node_hash(e, abc), node_hash(e, abcd))


def test_nothing_is_counted_from_the_end(tree: Tree) -> None:
    assert not verify_inclusion(tree.node(0, 511), -1, 512, tree.inclusion(511, 512), tree.root_at(512))
    assert not verify_consistency(-1, 4, tree.consistency(3, 4), tree.root_at(3), tree.root_at(4))


def test_an_empty_tree_begins_any_and_each_begins_itself() -> None:
    one, other = leaf_hash(b"one"), leaf_hash(b"other")
    assert verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert verify_consistency(0, 1, [], EMPTY_ROOT, one)
    assert verify_consistency(1, 1, [], one, one)
    assert not verify_consistency(0, 0, [], one, one)
    assert not verify_consistency(0, 1, [], other, one)
    assert not verify_consistency(0, 1, [one], EMPTY_ROOT, one)
    assert not verify_consistency(1, 1, [], one, other)
    assert not verify_consistency(1, 1, [one], one, one)
    assert not verify_consistency(1, 2, [], one, node_hash(one, other))
    assert not verify_consistency(2, 1, [], one, one)
    assert not verify_consistency(-1, 1, [], EMPTY_ROOT, one)


ASKED: dict[str, Callable[[Tree], object]] = {
    "a tree of 600 leaves has no complete subtree 600 of": lambda tree: tree.node(0, 600),
    "a tree of 600 leaves has no complete subtree 2 of": lambda tree: tree.node(8, 2),
    "a tree of 600 leaves has no complete subtree -1 of": lambda tree: tree.node(0, -1),
    "a tree of 600 leaves has no complete subtree 0 of": lambda tree: tree.node(-1, 0),
    "the tree has 600 leaves; it has no state of 601": lambda tree: tree.root_at(601),
    "the tree has 600 leaves; it has no state of -1": lambda tree: tree.root_at(-1),
    "the tree has 600 leaves; it has no state of 602": lambda tree: tree.inclusion(0, 602),
    "a tree of 5 leaves has no leaf 5": lambda tree: tree.inclusion(5, 5),
    "a tree of 600 leaves has no leaf -1": lambda tree: tree.inclusion(-1, 600),
    "the tree has 600 leaves; it has no state of 603": lambda tree: tree.consistency(1, 603),
    "there is no proof from 6 leaves to 5": lambda tree: tree.consistency(6, 5),
    "there is no proof from -1 leaves to 5": lambda tree: tree.consistency(-1, 5),
    "a leaf hash has 32 bytes, this one has 3": lambda tree: tree.append(b"abc"),
}


@pytest.mark.parametrize("answer", ASKED)
def test_what_a_tree_does_not_have_it_says_in_words(tree: Tree, answer: str) -> None:
    with pytest.raises(ValueError, match=answer):
        ASKED[answer](tree)
    assert tree.size == 600

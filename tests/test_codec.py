"""Acts, submissions and heads as bytes: what is read, what is refused, what older releases wrote."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import World, at, under_silence
from tocsin.alliance import commands as c
from tocsin.alliance.codec import (
    COMMAND_BYTES_MAX,
    Act,
    decode_act,
    decode_command,
    decode_content,
    decode_submission,
    encode_act,
    encode_command,
    name_given_twice,
    signed_bytes,
)
from tocsin.alliance.contents import RecallWarning
from tocsin.alliance.facts import TextDelivered
from tocsin.alliance.records import CentreOpening, CharterChanged, Opening, decode, encode
from tocsin.alliance.upcast import ACT_SCHEMA
from tocsin.errors import NeedsNewer

RECALL = RecallWarning(id="c", at=at(0), by="XAB", case="k", warning="w")
WAKE = c.Wake(id="c", at=at(0), by="centre")


def an_act(**fields: Any) -> Act:  # noqa: ANN401  # fields of an act
    given = {"attested": "test", "facts": (), "charter": "meridian", "charter_hash": "sha256:x"} | fields
    return Act(command=given.pop("command", msgspec.Raw(encode_command(WAKE))), **given)


def test_an_act_always_says_its_schema_and_engine_and_leaves_out_what_is_not_there() -> None:
    assert list(msgspec.json.decode(encode_act(an_act()))) == [
        "schema",
        "command",
        "attested",
        "facts",
        "charter",
        "charter_hash",
        "engine",
    ]


def test_an_act_keeps_its_stamp_and_signature() -> None:
    act = an_act(received=at(1), signature="c2ln", key="ab12-cd34")
    assert decode_act(encode_act(act)) == act


def test_a_command_about_a_content_is_a_submission_and_no_command_of_the_law() -> None:
    data = encode_command(RECALL)
    assert decode_submission(data) == RECALL
    assert decode_submission(encode_command(WAKE)) == WAKE
    with pytest.raises(msgspec.ValidationError, match="recall warning"):
        decode_command(data)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"do":"wake"}',
        b'{"do":"nothing known"}',
        b"\xff",
        encode_command(WAKE)[:-1] + b',"more":1}',
        encode_command(WAKE).replace(b'"centre"', b'"\xff"'),
        encode_command(WAKE).replace(b'"centre"', b'"a/b"'),
        encode_command(WAKE).replace(b'"centre"', b'"a\\u0000"'),
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b',"do":"wake"}',
        b'{"do":"wake","id":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
        b'{"do":"' + b'\\"' * 100_000 + b'"}',
        b" " * (COMMAND_BYTES_MAX + 1),
    ],
    ids=range(15),
)
def test_what_is_no_command_is_refused_with_one_kind_of_error(spoilt: bytes) -> None:
    for read in (decode_submission, decode_command):
        with pytest.raises(msgspec.DecodeError):
            read(spoilt)


@pytest.mark.parametrize("around", [(b" ", b""), (b"", b"\n"), (b"\xef\xbb\xbf", b"")])
def test_nothing_stands_around_a_command_because_an_act_would_not_keep_it(around: tuple[bytes, bytes]) -> None:
    before, after = around
    with pytest.raises(msgspec.ValidationError, match="one JSON object"):
        decode_submission(before + encode_command(WAKE) + after)


@given(st.text(alphabet=" \t\n", max_size=3), st.text(alphabet=" \t\n", max_size=3))
def test_the_very_bytes_that_a_party_signed_are_in_the_act(one: str, other: str) -> None:
    data = encode_command(WAKE)
    data = b"{" + one.encode() + data[1:-1] + other.encode() + b"}"
    assert decode_submission(data) == WAKE
    assert bytes(decode_act(encode_act(an_act(command=msgspec.Raw(data)))).command) == data


def test_what_is_signed_is_bound_to_one_ledger() -> None:
    assert signed_bytes("tocsin/x/live/1", b"{}") == b"tocsin/command/v1\ntocsin/x/live/1\n{}"


@pytest.mark.parametrize("spoilt", [b"\xff", b"{}", b'{"substance":"\xff"}', b'{"a":' + b"[" * 100_000])
def test_what_is_no_content_is_refused_with_one_kind_of_error(spoilt: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_content(spoilt)


# older and later schemas


def as_schema_1(act: Act) -> bytes:
    """The act as the first release wrote it: no delivery said who vouched for it."""
    facts = [msgspec.structs.replace(fact, by="") if isinstance(fact, TextDelivered) else fact for fact in act.facts]
    data = encode_act(msgspec.structs.replace(act, facts=tuple(facts)))
    return data.replace(b'{"schema":%d,' % ACT_SCHEMA, b'{"schema":1,', 1)


def test_acts_of_schema_1_are_those_that_today_would_be_written() -> None:
    world = under_silence()
    world.do(c.ConfirmDelivery, 3, "XAE", party="XAE")
    for data in world.acts:
        act = decode_act(data)
        assert decode_act(as_schema_1(act)) == act
    assert any(b'"text delivered"' in data for data in world.acts)


def test_a_command_of_schema_1_keeps_its_bytes_though_it_speaks_of_deliveries() -> None:
    world = World()
    text = 'a {"fact":"text delivered"} in a text'
    world.do(c.FileReport, 0, "SG", to="UNSC", of=text)
    old = as_schema_1(decode_act(world.acts[0]))
    assert bytes(decode_act(old).command) == bytes(decode_act(world.acts[0]).command)


@pytest.mark.parametrize("schema", [b"0", b"4", b"99", b'"3"', b"null", b"2.5"])
def test_an_act_of_another_schema_stops_the_reader(schema: bytes) -> None:
    data = encode_act(an_act()).replace(b'"schema":3', b'"schema":' + schema)
    with pytest.raises(NeedsNewer):
        decode_act(data)


def test_an_act_that_says_its_schema_twice_is_held_to_the_last() -> None:
    data = encode_act(an_act())[:-1] + b',"schema":4}'
    with pytest.raises(NeedsNewer, match="act schema 4"):
        decode_act(data)


def test_a_handling_of_a_later_kind_stops_the_reader() -> None:
    data = encode_act(an_act())[:-1] + b',"handled":[{"handled":"sung","at":1}]}'
    with pytest.raises(NeedsNewer, match="sung"):
        decode_act(data)


# heads

HEADS = (
    Opening(case="x", charter="nato", charter_hash="h", known=date(2003, 1, 1), readings=("one",)),
    CentreOpening(mode="live", charter="nato", charter_hash="h", at=at(0)),
    CharterChanged(charter="nato", charter_hash="h", by="SG", why="a row corrected", at=at(0)),
)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: str(head.__struct_config__.tag))
def test_a_head_survives_its_bytes(head: Opening | CentreOpening | CharterChanged) -> None:
    assert decode(encode(head)) == head


def test_an_opening_is_written_as_the_first_release_wrote_it() -> None:
    assert encode(HEADS[0]) == (
        b'{"record":"replay","case":"x","charter":"nato","charter_hash":"h","known":"2003-01-01","readings":["one"]}'
    )


def test_an_act_among_heads_is_an_act() -> None:
    assert decode(encode_act(an_act())) == an_act()


@pytest.mark.parametrize("data", [b'{"record":"ballad"}', b'{"record":"centre"}', b'{"record":', b'{"record":\xff}'])
def test_a_head_that_this_release_does_not_know_stops_the_reader(data: bytes) -> None:
    with pytest.raises(NeedsNewer, match="may have been written by a later one"):
        decode(data)


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        (b'{"a": 1, "b": {"a": [{"a": 2}, {"a": 3}]}}', ""),
        (b'{"a": "b", "b": "{\\"a\\": 1, \\"a\\": 2}"}', ""),
        (b'{"a": 1, "a": 2}', "a"),
        (b'{"a": 1, "\\u0061": 2}', "a"),
        (b'{"x": {"a": [{}, {"b": ":", "c": "}", "b": {}}]}}', "b"),
        (b'{"\\\\": 1, "\\"": {"y": "\\\\"}, "\\u0022": 3}', '"'),
    ],
)
def test_a_name_given_twice_in_one_object_is_found(text: bytes, twice: str) -> None:
    assert msgspec.json.decode(text) is not None
    assert name_given_twice(text) == twice


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner), max_leaves=20))
def test_no_name_is_found_twice_in_what_an_encoder_wrote(value: object) -> None:
    assert name_given_twice(msgspec.json.encode(value)) == ""

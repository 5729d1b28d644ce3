"""A draft becomes a position in the ledger: fixed first, handed in, and noted as what came of it.

The notebook and the ledger are two files, and the machine may die between them. So the command's id is in the notebook
before the command is handed in: whoever looks again finds by it whether the ledger has it.
"""

import asyncio
import secrets

import msgspec
from msgspec import Struct

from tocsin.centre.model import Actor, Answer, Submission
from tocsin.centre.notebook.model import DraftLine
from tocsin.centre.runtime import Centre, reads_as
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound


class Filing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a draft that was handed in."""

    draft: DraftLine
    """As it stands now."""
    answer: Answer | None = None
    """What the centre said of its command; nothing where it had been filed before."""


def command_of(by: Actor, line: DraftLine, command_id: str) -> bytes:
    """The command that a draft is filed by."""
    content = line.content
    fields = {
        "do": "state position",
        "id": command_id,
        "case": line.case,
        "procedure": line.procedure,
        "party": reads_as(by),
        "position": content.position,
        "question": content.question,
        "reservation": content.reservation,
    }
    return msgspec.json.encode({name: said for name, said in fields.items() if said})


async def file_draft(centre: Centre, by: Actor, draft: str, version: int) -> Filing:
    """File a draft as it stands at a version. Done again it is a repeat, never a second position.

    Where the law refuses it, it is as it was before, and the answer says why; where it waits for a second person, it
    stays `filing` until that is settled. Raises NotFound, Conflict, NotEntitled where it may not be filed, and what
    `Centre.submit` raises.
    """
    book = centre.notebook
    check_approved_text(centre, by, await asyncio.to_thread(book.draft, by, draft))
    line = await asyncio.to_thread(book.begin_filing, by, draft, version, _command_id())
    if line.status == "filed":
        return Filing(draft=line)
    book.going.append(line.command)
    try:
        answer = await centre.submit(by, Submission(command=command_of(by, line, line.command)))
    except (Malformed, NotEntitled) as refusal:  # it never reached the law; of anything else it is not known
        await asyncio.to_thread(book.settle_filing, by, draft, line.command, None, str(refusal)[:1_000])
        raise
    finally:
        book.going.remove(line.command)
    if answer.status == "pending":
        return Filing(draft=line, answer=answer)
    at = answer.at if answer.status != "refused" else None
    words = " ".join(filter(None, [answer.message, answer.fix]))[:1_000]
    line = await asyncio.to_thread(book.settle_filing, by, draft, line.command, at, words)
    return Filing(draft=line, answer=answer)


def check_approved_text(centre: Centre, by: Actor, line: DraftLine) -> None:
    """Raises Conflict where the text was amended after the capital approved: it said yes to other words."""
    now = text_version(centre, by, line)
    if line.status == "approved" and now not in (0, line.approved_text):
        raise Conflict(
            "approved otherwise",
            "The text was amended after the capital approved this draft.",
            fix="Look at the new version, change the draft or confirm it anew, and ask the capital again.",
        )


def text_version(centre: Centre, by: Actor, line: DraftLine) -> int:
    """The version of the text that a draft is about; 0 where the seat sees none, which the law says on handing in."""
    try:
        return centre.view(reads_as(by)).procedure(line.case, line.procedure).version
    except NotFound:
        return 0


async def settle_draft(centre: Centre, by: Actor, draft: str) -> DraftLine:
    """Note what came of a draft that is `filing`: filed where the ledger has it, as it was before where nothing waits
    under its id any more; any other is given back as it is."""
    book = centre.notebook
    line = await asyncio.to_thread(book.draft, by, draft)
    if line.status != "filing" or line.command in book.going:
        return line
    at = centre.taken_at(reads_as(by), line.command)
    if at is None and any(_id_of(held.command) == line.command for held in centre.desks.pending(by)):
        return line
    return await asyncio.to_thread(book.settle_filing, by, draft, line.command, at, "Nothing came of it.")


class _Head(Struct):
    id: str = ""


def _id_of(command: str) -> str:
    return msgspec.json.decode(command, type=_Head).id


def _command_id() -> str:
    return f"note-{secrets.token_hex(16)}"

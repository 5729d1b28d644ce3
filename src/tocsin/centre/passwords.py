"""Names and passwords: what is taken, and how a password is kept and checked.

Argon2id by `cryptography`, in the PHC string form, so that each hash says what it cost and can be made anew when the
cost goes up. At most two are worked at once: each takes 64 MiB and a sixth of a second of one processor.
"""

import base64
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import NamedTuple

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tocsin.errors import Malformed, Overloaded

NAME_MIN, NAME_MAX = 2, 80
PASSWORD_MIN, PASSWORD_MAX = 12, 200
LEFT_MIN = 8
"""How many letters of a password have to be left when everything that is commonly guessed is taken out of it."""
NAME_PART_MIN = 3
AT_ONCE = 2
WAITING_MAX = 32

COMMON = (
    "password", "passwort", "passphrase", "motdepasse", "contrasena", "parola", "haslo", "letmein", "welcome",
    "iloveyou", "changeme", "default", "secret", "administrator", "admin", "tocsin", "alliance", "centre", "center",
    "monkey", "dragon", "football", "sunshine", "princess", "master", "trustno", "login", "summer", "winter",
)  # fmt: skip
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm",
        "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!@#$%^&*()", '!"§$%&/()=')  # fmt: skip
RUN_MIN = 4
_LEET = str.maketrans("013457@$!8", "oieastasib")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What shows nothing: Unicode's Default_Ignorable_Code_Point, and the empty Braille pattern."""
_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
"""Scripts that one word is written in."""
_SAME = re.compile(r"(.{1,6}?)\1{2,}")


class Cost(NamedTuple):
    """What one check costs whoever guesses."""

    memory_kib: int = 65_536
    iterations: int = 3
    lanes: int = 1


class Passwords:
    """Makes and checks hashes. Threads may share it; call it outside the event loop."""

    def __init__(self, cost: Cost | None = None) -> None:
        self.cost = cost or Cost()
        self._form = f"$argon2id$v=19$m={self.cost.memory_kib},t={self.cost.iterations},p={self.cost.lanes}$"
        self._slots = BoundedSemaphore(AT_ONCE)
        self._lock = Lock()
        self._waiting = 0
        # Nobody's hash: checking against it takes as long as against somebody's, and never succeeds.
        self._nobody = self._form + "$".join(
            base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32)
        )

    def hash(self, password: str) -> str:
        """The hash to keep. Raises Overloaded where too many wait."""
        memory, iterations, lanes = self.cost
        with self._slot():
            return Argon2id(
                salt=secrets.token_bytes(16), length=32, iterations=iterations, lanes=lanes, memory_cost=memory
            ).derive_phc_encoded(_bytes(password))

    def verify(self, kept: str, password: str) -> bool:
        """Whether it is the password of that hash. With no hash it takes as long, and it is not."""
        with self._slot():
            try:
                Argon2id.verify_phc_encoded(_bytes(password[: PASSWORD_MAX + 1]), kept or self._nobody)
            except InvalidKey:
                return False
        return bool(kept)

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made at another cost than today's."""
        return not kept.startswith(self._form)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        with self._lock:
            if self._waiting >= WAITING_MAX:
                raise Overloaded("busy", "Too many are signing in at once.", wait_seconds=5, fix="Try again shortly.")
            self._waiting += 1
        try:
            with self._slots:
                yield
        finally:
            with self._lock:
                self._waiting -= 1


def clean_name(name: str) -> str:
    """A name as it is shown: NFKC, single spaces. Raises Malformed for one that is too short, too long or unprintable,
    and for one that could be taken for another: with what cannot be seen in it, or two scripts in one word.

    The limits hold for what was typed as for what NFKC makes of it, which may be many times as long.
    """
    shown = " ".join(unicodedata.normalize("NFKC", name[: NAME_MAX * 4]).split())
    is_long = len(name) > NAME_MAX * 4 or len(shown) > NAME_MAX
    if is_long or len(shown) < NAME_MIN or not shown.isprintable() or not any(map(str.isalnum, shown)):
        raise Malformed(
            "That cannot be a name to sign in with.",
            field="name",
            found=f"{len(name)} letters",
            accepted=f"{NAME_MIN} to {NAME_MAX} letters that can be printed",
        )
    if _UNSEEN.search(shown) or any(_is_mixed(word) for word in shown.split()):
        raise Malformed(
            "That name could be taken for another.",
            field="name",
            accepted="letters that can be seen, those of a word all of one script",
            fix="Write each word in one script, such as Latin.",
        )
    return shown


def _is_mixed(word: str) -> bool:
    """Whether it has letters of several scripts, as in a Latin word with a Cyrillic letter that looks the same."""
    # Python knows no scripts, but the names of letters begin with them. Modifier letters belong to all.
    letters = (letter for letter in word if unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lo"})
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in letters}
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def name_key(name: str) -> str:
    """What makes two names the same: case and the way of writing a letter do not."""
    folded = unicodedata.normalize("NFKC", name[: NAME_MAX * 4]).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def check_password(password: str, name: str) -> None:
    """Raises Malformed for a password that is too short, too long, or among the first that anybody would guess."""
    said = unicodedata.normalize("NFKC", password)
    if not PASSWORD_MIN <= len(said) <= PASSWORD_MAX or len(password) > PASSWORD_MAX:
        raise Malformed(
            f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} letters.",
            field="password",
            found=f"{len(said)} letters",
            accepted=f"{PASSWORD_MIN} to {PASSWORD_MAX}",
            fix="Four or five words that have nothing to do with each other are good.",
            code="weak password",
        )
    try:
        said.encode()
    except UnicodeEncodeError:
        raise Malformed("The password cannot be written in UTF-8.", field="password") from None
    why = weakness(said, name)
    if why:
        raise Malformed(
            f"This password is easily guessed: {why}.",
            field="password",
            accepted="four or five words that have nothing to do with each other",
            fix="Take another one.",
            code="weak password",
        )


def weakness(password: str, name: str) -> str:
    """Why a password of the right length is easily guessed; empty where nothing shows it."""
    bare = name_key(password)
    joined = bare.replace(" ", "")
    owner = name_key(name)
    for part in {owner.replace(" ", ""), *(word for word in owner.split() if len(word) >= RUN_MIN)}:
        if len(part) >= NAME_PART_MIN and part in joined:
            return "your name is in it"
    if len(set(joined)) < 5:
        return "it has hardly any different letters"
    # Read as it stands, and with figures read as the letters they are put for.
    if min(_left(joined), _left(joined.translate(_LEET))) < LEFT_MIN:
        return "little is left of it without common words, rows of keys, years and repetitions"
    return ""


def _left(text: str) -> int:
    """How many letters are left of it without what is commonly guessed."""
    for word in COMMON:
        text = text.replace(word, "\n")
    text = _SAME.sub(lambda found: found[1], _YEAR.sub("\n", text))
    return len(_without_runs(text).replace("\n", ""))


def _without_runs(text: str) -> str:
    """The text without stretches of the alphabet, of counting and of rows of keys, forwards or backwards."""
    rows = [*RUNS, *(row[::-1] for row in RUNS)]
    kept, place = [], 0
    while place < len(text):
        length = RUN_MIN
        while place + length <= len(text) and any(text[place : place + length] in row for row in rows):
            length += 1
        if length > RUN_MIN:
            place += length - 1
            continue
        kept.append(text[place])
        place += 1
    return "".join(kept)


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")

"""Files in a form: multipart/form-data (RFC 7578), read by python-multipart once all of it has come in."""

from typing import Any

from msgspec import Struct
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tocsin.errors import Malformed

MULTIPART = "multipart/form-data"
PARTS_MAX = 40
HEADERS_MAX = 8
"""Of one part."""
NAME_LETTERS_MAX = 200


class Upload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file as it came. What its sender says of it is not checked, and not believed."""

    name: str
    media: str
    data: bytes


class _Collector:
    """Parts, as the parser tells of them."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[str, bytes], bytearray]] = []
        self._field, self._value = b"", b""

    def begin(self) -> None:
        if len(self.parts) >= PARTS_MAX:
            raise Malformed("The form has too many parts.", accepted=f"at most {PARTS_MAX}")
        self.parts.append(({}, bytearray()))

    def data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1][1].extend(data[start:end])

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        headers = self.parts[-1][0]
        if len(headers) >= HEADERS_MAX:
            raise Malformed("A part of the form has too many headers.", accepted=f"at most {HEADERS_MAX}")
        headers[self._field.decode("latin-1").lower()] = self._value
        self._field = self._value = b""


def parts_of(data: bytes, media: str) -> list[tuple[str, Any]]:
    """Name and value of each part: text, or for a file the fields of an Upload. A file nobody chose is left out.

    Raises Malformed.
    """
    _, parameters = parse_options_header(media)
    boundary = parameters.get(b"boundary", b"")
    if not boundary:
        raise Malformed("The form does not say where its parts end.", accepted=f"{MULTIPART}; boundary=…")
    collector = _Collector()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": collector.begin,
                "on_part_data": collector.data,
                "on_header_field": collector.header_field,
                "on_header_value": collector.header_value,
                "on_header_end": collector.header_end,
            },
        )
        parser.write(data)
        parser.finalize()
        read = [_part(headers, bytes(body)) for headers, body in collector.parts]
    except (FormParserError, UnicodeDecodeError):
        raise Malformed("The form cannot be read.", accepted=MULTIPART) from None
    return [part for part in read if part is not None]


def _part(headers: dict[str, bytes], body: bytes) -> tuple[str, Any] | None:
    _, said = parse_options_header(headers.get("content-disposition", b""))
    name = said.get(b"name", b"").decode()
    if b"filename" not in said:
        return name, body.decode()
    file = said[b"filename"].decode("utf-8", "replace").rpartition("/")[2].rpartition("\\")[2]
    if not file and not body:
        return None
    shown = "".join(sign for sign in file if sign.isprintable())[:NAME_LETTERS_MAX]
    media = headers.get("content-type", b"").decode("latin-1")[:NAME_LETTERS_MAX]
    return name, {"name": shown or "file", "media": media, "data": body}

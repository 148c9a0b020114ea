"""Of which form a file is, and what reads it."""

from typing import BinaryIO

from ringbook.transfer.csv_files import read_csv
from ringbook.transfer.json_lines import read_json_lines
from ringbook.transfer.options import Form, ImportOptions
from ringbook.transfer.rows import ContactFile
from ringbook.transfer.vcards import read_vcards

SEEN_BYTES = 4096
"""How much of a file tells its form."""


def form_of(start: bytes) -> Form:
    """Return the form of a file that begins so."""
    plain = start[:SEEN_BYTES].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain[:11].upper() == b"BEGIN:VCARD":
        return "vcard"
    return "jsonl" if plain[:1] == b"{" else "csv"


def open_contacts(file: BinaryIO, form: Form, options: ImportOptions, region: str) -> ContactFile:
    """Return the contacts of a file, in `region` ('' for none). Raises InvalidArgument."""
    encoding = options.encoding or None
    if form == "csv":
        return read_csv(
            file,
            region=region,
            encoding=encoding,
            mapping=options.map,
            keep_unknown=options.keep_unknown,
            default_type=options.default_type,
        )
    if form == "vcard":
        return read_vcards(
            file,
            region=region,
            encoding=encoding,
            default_type=options.default_type,
            keep_unknown=options.keep_unknown,
        )
    return read_json_lines(file, encoding=encoding, default_type=options.default_type)

"""Reads the text of a paper back out of its PDF, as a reader that searches or copies does."""

import re
import zlib


def objects(pdf: bytes) -> dict[int, bytes]:
    """The numbered objects of the file."""
    return {
        int(number): body
        for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf, re.S)
    }


def stream(body: bytes) -> bytes:
    """The contents of a stream object, unpacked."""
    raw = body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(raw) if b"FlateDecode" in body else raw


def text(pdf: bytes) -> str:
    """Every piece of text, one a line, in the order it is written."""
    all_objects = objects(pdf)
    fonts = {}
    for number, body in all_objects.items():
        found = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if found:
            table = stream(all_objects[int(found[1])]).decode()
            pairs = re.findall(r"<(\w{4})> <(\w+)>", table.split("endcodespacerange")[1])
            fonts[number] = {code: bytes.fromhex(said).decode("utf-16-be") for code, said in pairs}
    names = {}
    for body in all_objects.values():
        for name, number in re.findall(rb"/F(\d+) (\d+) 0 R", body):
            names[name.decode()] = fonts[int(number)]
    out = []
    for page in pages(pdf):
        for name, shown in re.findall(r"/F(\d+) [\d.]+ Tf .*?<(\w*)> Tj", page):
            out.append("".join(names[name][code] for code in re.findall("....", shown)))
    return "\n".join(out)


def pages(pdf: bytes) -> list[str]:
    """The commands that draw each page."""
    all_objects = objects(pdf)
    return [
        stream(all_objects[int(found[1])]).decode("latin-1")
        for body in all_objects.values()
        if re.search(rb"/Type /Page\n", body) and (found := re.search(rb"/Contents (\d+)", body))
    ]


def tags(pdf: bytes) -> list[str]:
    """The kinds of the tags in the file, in order."""
    found = (re.search(rb"/S /(\w+)", body) for _n, body in sorted(objects(pdf).items()))
    return [each[1].decode() for each in found if each]

#!/usr/bin/env python3
"""Checks src/ROOMS against what the sources include.

    .ci/rooms.py [ROOT]       checks ROOT/src (default: this repository); exit status 1 when it finds a fault
    .ci/rooms.py --self-test  plants one fault of each sort in a small tree and looks whether it is found

Faults: a room on a line that does not stand on an earlier one (so no cycle of rooms can be written), an unknown or
twice named room, a folder of src/ without a line, an include of a forbidden room, a third-party header outside the
rooms that list it, a short include (without room/), another room's _private.h, headers that include each other in a
circle, two files of one stem in different folders, and a src/README.md that does not list the rooms in their order.
"""
import pathlib
import re
import sys
import tempfile

SOURCES = {".c", ".cc", ".h", ".re", ".inc"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

# What the C library, POSIX and Linux bring: free for every room. C++ headers have no suffix.
STANDARD = set("""
    assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic
    stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
    dirent dlfcn endian err fcntl fnmatch getopt glob grp ifaddrs langinfo libgen malloc netdb poll pthread pwd
    regex sched search semaphore spawn strings sysexits syslog termios unistd utime wordexp
    immintrin x86intrin nmmintrin
""".split())
STANDARD_FOLDERS = ("sys/", "netinet/", "arpa/", "net/", "linux/", "bits/")


class Room:
    def __init__(self, name, line):
        self.name, self.line = name, line
        self.rooms, self.headers = {name}, []

    def may_use_header(self, header):
        return any(header_matches(pattern, header) for pattern in self.headers)


def header_matches(pattern, header):
    """A pattern ending in / or without .h is a prefix."""
    if pattern.endswith(".h"):
        return header == pattern
    return header.startswith(pattern)


def is_standard(header):
    if header.startswith(STANDARD_FOLDERS):
        return True
    if header.endswith(".h"):
        return header[:-2] in STANDARD
    return "/" not in header and "." not in header


def read_rooms(path, faults):
    rooms = {}
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = text.split("#")[0].strip()
        if not text:
            continue
        where = f"{path.name}:{number}"
        name, colon, rest = text.partition(":")
        if not colon or not re.fullmatch(r"[a-z_]+", name):
            faults.append(f"{where}: expected 'room: rooms <headers>', found '{text}'")
            continue
        if name in rooms:
            faults.append(f"{where}: room '{name}' stands twice")
            continue
        room = Room(name, number)
        for word in rest.split():
            if word.startswith("<"):
                room.headers.append(word.strip("<>"))
            elif word == name:
                faults.append(f"{where}: room '{name}' names itself")
            elif word in rooms:
                room.rooms.add(word)
            else:
                faults.append(f"{where}: room '{name}' names '{word}', which stands on no earlier line")
        rooms[name] = room
    return rooms


def includes_of(text):
    """(line, quote, header) of each include, comments left out."""
    text = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match.group(1), match.group(2)


def check_own_include(room, rooms, header):
    first, slash, _ = header.partition("/")
    if not slash or (first not in rooms):
        return f"short include \"{header}\": write it from src/, as \"{room.name}/{header}\""
    if first not in room.rooms:
        return f"room '{room.name}' may not include \"{header}\" (src/ROOMS:{room.line})"
    if header.endswith("_private.h") and first != room.name:
        return f"\"{header}\" is private to room '{first}'"
    return None


def check_third_party(room, rooms, header):
    listed = any(other.may_use_header(header) for other in rooms.values())
    if not listed and is_standard(header):
        return None
    if room.may_use_header(header):
        return None
    homes = [other.name for other in rooms.values() if other.may_use_header(header)]
    return (f"room '{room.name}' may not include <{header}>"
            + (f": only {', '.join(homes)}" if homes else ": no room of src/ROOMS lists it"))


def check_header_circles(graph, faults):
    """A circle of headers compiles thanks to the guards, and then depends on who is first."""
    done, path = set(), []

    def visit(header):
        if header in path:
            circle = path[path.index(header):] + [header]
            faults.append("headers include each other: " + " -> ".join(circle))
            return
        if header in done:
            return
        path.append(header)
        for other in graph.get(header, ()):
            visit(other)
        path.pop()
        done.add(header)

    for header in sorted(graph):
        visit(header)


def check_stems(files, source_root, faults):
    homes = {}
    for path in files:
        if path.name != "main.c":
            homes.setdefault(path.name.split(".")[0], {}).setdefault(path.parent, path)
    for stem, folders in sorted(homes.items()):
        if len(folders) > 1:
            places = ", ".join(str(path.relative_to(source_root)) for path in folders.values())
            faults.append(f"stem '{stem}' stands in more than one folder: {places}")


def check_file(path, room, rooms, source_root, faults):
    """Checks one file; returns the own headers that it includes."""
    own = []
    relative = path.relative_to(source_root)
    for line, quote, header in includes_of(path.read_text(encoding="utf-8", errors="replace")):
        if quote == '"':
            fault = check_own_include(room, rooms, header)
            own.append(header)
        else:
            fault = check_third_party(room, rooms, header)
        if fault:
            faults.append(f"src/{relative}:{line}: {fault}")
    return own


def check_readme(path, rooms, faults):
    """Folders are listed by alphabet; the README lists them as data flows, one line '- `room/` ...' each."""
    listed = re.findall(r"^- `(\w+)/`", path.read_text(encoding="utf-8"), re.MULTILINE) if path.exists() else []
    if listed != list(rooms):
        faults.append(f"src/README.md: lists the rooms {', '.join(listed) or '(none)'}; ROOMS has {', '.join(rooms)}")


def check(root):
    """All faults of the tree at `root`, and the number of files looked at."""
    faults = []
    source_root = root / "src"
    rooms = read_rooms(source_root / "ROOMS", faults)
    graph, files = {}, []
    for path in sorted(source_root.rglob("*")):
        if path.suffix not in SOURCES or not path.is_file():
            continue
        files.append(path)
        parts = path.relative_to(source_root).parts
        if len(parts) == 1:
            faults.append(f"src/{path.name}: a source stands in a room, not in src/ itself")
        elif parts[0] not in rooms:
            faults.append(f"src/{'/'.join(parts)}: room '{parts[0]}' has no line in src/ROOMS")
        else:
            own = check_file(path, rooms[parts[0]], rooms, source_root, faults)
            if path.suffix == ".h":
                graph["/".join(parts)] = own
    check_readme(source_root / "README.md", rooms, faults)
    check_header_circles(graph, faults)
    check_stems(files, source_root, faults)
    return faults, len(files)


# A sound tree, then for each sort of fault the file that plants it and words of the complaint it must cause.
SOUND = {
    "ROOMS": "base: <jansson.h>\nnet: base <curl/>\ncodec: base <avro\ncli: base net\n",
    "README.md": "- `base/` x\n- `net/` x\n- `codec/` x\n- `cli/` x\n",
    "base/error.h": "#include <stdio.h>\n#include <sys/stat.h>\n",
    "base/json.c": '#include "base/error.h"\n#include <jansson.h>\n',
    "net/http.h": '#include "base/error.h"\n',
    "net/http.c": '#include "net/http.h"\n/* #include <avro.h> */\n#include <curl/curl.h>\n',
    "codec/wire.c": "#include <avro/io.h>\n#include <avro.h>\n",
    "cli/main.c": '#include "net/http.h"\n',
}
PLANTED = [
    ("forbidden room", "codec/bad.c", '#include "net/http.h"\n', "may not include \"net/http.h\""),
    ("forbidden library", "base/bad.c", "#include <curl/curl.h>\n", "only net"),
    ("unlisted library", "base/bad.c", "#include <event2/event.h>\n", "no room of src/ROOMS lists it"),
    ("short include", "net/bad.c", '#include "http.h"\n', "short include"),
    ("include through the parent", "net/bad.c", '#include "../base/error.h"\n', "short include"),
    ("cycle of rooms", "ROOMS", "base: net\nnet: base\ncodec:\ncli:\n", "stands on no earlier line"),
    ("cycle of headers", "base/error.h", '#include "base/loop.h"\n', "include each other"),
    ("unknown room on a line", "ROOMS", SOUND["ROOMS"] + "sink: base nett\n", "'nett'"),
    ("room named twice", "ROOMS", SOUND["ROOMS"] + "net: base\n", "stands twice"),
    ("folder without a line", "sink/file.c", "", "has no line in src/ROOMS"),
    ("source outside the rooms", "stray.c", "", "not in src/ itself"),
    ("twin stems", "codec/http.c", "", "stem 'http'"),
    ("private header of another room", "net/bad.c", '#include "base/x_private.h"\n', "is private to"),
    ("room that the README leaves out", "README.md", "- `base/` x\n- `net/` x\n- `cli/` x\n", "src/README.md: lists"),
    ("include with spaces", "codec/bad.c", '  #  include "net/http.h"\n', "codec/bad.c:1"),
]


def self_test():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, path, text, expected) in enumerate([("nothing", None, "", "")] + PLANTED):
            root = pathlib.Path(folder) / str(number)
            tree = dict(SOUND, **({path: text} if path else {}))
            if name == "cycle of headers":
                tree["base/loop.h"] = '#include "base/error.h"\n'
            for file, content in tree.items():
                target = root / "src" / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content, encoding="utf-8")
            faults, _ = check(root)
            found = any(expected in fault for fault in faults) if path else not faults
            if not found:
                failed += 1
                print(f"rooms self-test: planted '{name}', got: {faults or 'no fault'}")
    print(f"rooms self-test: {len(PLANTED) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    faults, count = check(root)
    for fault in faults:
        print(fault)
    print(f"rooms: {count} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks the sizes of the sources and the names of their symbols.

    .ci/limits.py                     sizes: sources, headers, functions, parameters, rooms
    .ci/limits.py --symbols BUILD     names: each external symbol starts with a noun of its file (nm)
    .ci/limits.py --self-test         plants one fault of each sort and looks whether it is found

The nouns of slot_value.c are its stem, and the structs and enums that slot_value.h defines (slot_map_find belongs to
struct slot_map). A part of a larger file, json_record_write.c beside json_record.h, has the nouns of that header too.

.ci/limits-exceptions lifts single limits, one a line, each with its reason; an exception that is no longer needed
is a fault too. Functions are found by the layout that clang-format gives them: a brace alone in column 1.
"""
import fnmatch
import pathlib
import re
import subprocess
import sys
import tempfile

LIMITS = {"source": 700, "header": 150, "function": 80, "parameters": 6, "room": 24, "readme": 40}
BLANKED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
TAG = re.compile(r"^(?:struct|enum|union)\s+(\w+)\s*\{", re.MULTILINE)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)", re.DOTALL)


def blank(text):
    """Comments and literals become spaces, so that their braces and commas do not count; lines stay where they are."""
    return BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def split_arguments(text):
    depth, count = 0, 1
    for char in text:
        depth += char in "([{<"
        depth -= char in ")]}>"
        count += char == "," and depth == 0
    return 0 if text.strip() in ("", "void") else count


def signature_of(lines, brace):
    """Name and number of parameters of the function whose body opens at line index `brace`; None: not a function."""
    first = brace
    while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in "}#" \
            and not lines[first - 1].rstrip().endswith(";"):
        first -= 1
    # `struct error *err`, the last parameter of every function that can fail, is not counted.
    text = ATTRIBUTE.sub(" ", "\n".join(lines[first:brace])).rstrip()
    text = re.sub(r",\s*struct error \*err\)$", ")", text)
    if not text.endswith(")"):
        return None
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if depth == 0:
            break
    name = re.search(r"(\w+)\s*$", text[:index])
    return (name.group(1) if name else "?"), split_arguments(text[index + 1:-1])


def functions_of(text):
    """(name, line, lines between the braces, parameters) of each function."""
    lines = blank(text).split("\n")
    opened = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            opened = number
        elif line.startswith("}") and opened is not None:
            signature = signature_of(lines, opened)
            if signature:
                yield signature[0], opened + 1, number - opened - 1, signature[1]
            opened = None


def measure_file(path, relative):
    """(key, limit, value) of everything in one file that has a limit."""
    text = path.read_text(encoding="utf-8", errors="replace")
    yield relative, "header" if path.suffix == ".h" else "source", len(text.splitlines())
    for name, _, size, parameters in functions_of(text):
        yield f"{relative}:{name}", "function", size
        yield f"{relative}:{name}", "parameters", parameters


def measure(root):
    rooms = {}
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".c", ".cc", ".h", ".re"):
            continue
        relative = path.relative_to(root).as_posix()
        room = "/".join(relative.split("/")[:2])
        if path.suffix != ".h":
            rooms[room] = rooms.get(room, 0) + 1
        yield from measure_file(path, relative)
    for room, count in rooms.items():
        yield room, "room", count
    for path in sorted((root / "src").glob("*/README.md")):
        yield path.relative_to(root).as_posix(), "readme", len(path.read_text(encoding="utf-8").splitlines())


def missing_readmes(root):
    for folder in sorted((root / "src").iterdir()):
        if folder.is_dir() and any(folder.rglob("*.c")) and not (folder / "README.md").exists():
            yield f"{folder.relative_to(root).as_posix()}/README.md: is missing (job, nouns, threads, tests; at most " \
                  f"{LIMITS['readme']} lines)"


def read_exceptions(path, faults):
    """{(key, limit): allowed}; a line reads KEY LIMIT ALLOWED REASON."""
    exceptions = {}
    if not path.exists():
        return exceptions
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split("#")[0].split(maxsplit=3)
        if not words:
            continue
        if len(words) < 4 or words[1] not in set(LIMITS) | {"symbol"}:
            faults.append(f"{path.name}:{number}: expected KEY LIMIT ALLOWED REASON")
        elif words[1] == "symbol":
            for pattern in words[2].split(","):
                exceptions[(words[0], "symbol:" + pattern)] = 0
        else:
            exceptions[(words[0], words[1])] = int(words[2])
    return exceptions


def check_sizes(root):
    faults = list(missing_readmes(root))
    exceptions = read_exceptions(root / ".ci" / "limits-exceptions", faults)
    unused = {key for key in exceptions if not key[1].startswith("symbol:")}
    count = 0
    for key, limit, value in measure(root):
        count += 1
        allowed = LIMITS[limit]
        if value > allowed and (key, limit) in exceptions:
            unused.discard((key, limit))
            allowed = exceptions[(key, limit)]
        if value > allowed:
            faults.append(f"{key}: {limit} of {value}, the ceiling is {allowed}")
    faults.extend(f"limits-exceptions: {key} no longer needs its exception from '{limit}'"
                  for key, limit in sorted(unused))
    return faults, count


def external_symbols(path):
    """Strong external definitions; weak ones come from C++ templates and inline functions."""
    listing = subprocess.run(["nm", "--defined-only", "--extern-only", "--format=posix", path],
                             check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        words = line.split()
        # A dot is never ours: .gomp_critical_user_x, name.cold.
        if len(words) >= 2 and words[1] in "TDBRGSC" and "." not in words[0]:
            yield words[0]


def nouns_of(path):
    """What the external symbols of a source may start with."""
    stem = path.name.split(".")[0]
    nouns = {stem}
    for header in path.parent.glob("*.h"):
        if stem == header.stem or stem.startswith(header.stem + "_"):
            nouns.add(header.stem)
            nouns.update(TAG.findall(blank(header.read_text(encoding="utf-8", errors="replace"))))
    return nouns


def has_noun(symbol, nouns):
    return any(symbol == noun or symbol.startswith(noun + "_") for noun in nouns)


def check_symbols(root, build):
    faults, count = [], 0
    exceptions = read_exceptions(root / ".ci" / "limits-exceptions", faults)
    unused = {key for key in exceptions if key[1].startswith("symbol:")}
    for path in sorted(build.glob("CMakeFiles/assay_room_*.dir/src/**/*.o")):
        source = path.relative_to(next(p for p in path.parents if p.name.startswith("assay_room_"))).as_posix()[:-2]
        if not (root / source).exists():
            continue  # left over from a source that was moved
        count += 1
        nouns = nouns_of(root / source)
        for symbol in external_symbols(path):
            if has_noun(symbol, nouns):
                continue
            excepted = {key for key in exceptions
                        if key[0] == source and fnmatch.fnmatchcase("symbol:" + symbol, key[1])}
            unused -= excepted
            if not excepted:
                faults.append(f"{source}: external symbol '{symbol}' starts with no noun of its file"
                              f" ({', '.join(sorted(nouns))}): rename it, or make it static")
    if not count:
        faults.append(f"{build}: holds no object files of src/; build it first")
    faults.extend(f"limits-exceptions: {key} no longer needs '{pattern}'" for key, pattern in sorted(unused))
    return faults, count


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def self_test():
    body = "    x();\n"
    sound = {"src/base/README.md": "base\n", "src/base/a.h": "int a_b(void);\n",
             "src/base/a.c": "static int\na(int b, void (*c)(int, int), /* d, e, f, g */ char *h)\n{\n" + body * 80 + "}\n"
                             "struct s {\n" + "    int b;\n" * 90 + "};\n"}
    six = "int a_f(int a, int b, int c, int d, int e, int f"
    planted = [
        ("nothing", {}, None),
        ("long source", {"src/base/b.c": "\n" * 701}, "source of 701"),
        ("long header", {"src/base/b.h": "\n" * 151}, "header of 151"),
        ("long function", {"src/base/b.c": "int b(void)\n{\n" + body * 81 + "}\n"}, "b.c:b: function of 81"),
        ("long function with an attribute", {"src/base/b.c": "__attribute__((noinline)) int b_c(int a)\n{\n" + body * 81
                                             + "}\n"}, "b.c:b_c: function of 81"),
        ("seven parameters", {"src/base/b.c": six + ",\n        int g)\n{\n}\n"}, "a_f: parameters of 7"),
        ("six parameters", {"src/base/b.c": six + ")\n{\n}\n"}, None),
        ("crowded room", {f"src/base/f{n}.c": "" for n in range(24)}, "room of 25"),
        ("long readme", {"src/base/README.md": "\n" * 41}, "readme of 41"),
        ("no readme", {"src/net/b.c": ""}, "src/net/README.md: is missing"),
        ("exception", {"src/base/b.c": "\n" * 701, ".ci/limits-exceptions": "src/base/b.c source 701 a table\n"}, None),
        ("exception passed", {"src/base/b.c": "\n" * 702, ".ci/limits-exceptions": "src/base/b.c source 701 a table\n"},
         "the ceiling is 701"),
        ("exception without a reason", {".ci/limits-exceptions": "src/base/a.c source 701\n"}, "expected KEY"),
        ("stale exception", {".ci/limits-exceptions": "src/base/a.c source 701 a table\n"}, "no longer needs"),
    ]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, files, expected) in enumerate(planted):
            root = pathlib.Path(folder) / str(number)
            write(root, dict(sound, **files))
            faults, _ = check_sizes(root)
            if (not faults) if expected is None else any(expected in fault for fault in faults):
                continue
            failed += 1
            print(f"limits self-test: planted '{name}', got: {faults or 'no fault'}")
        failed += self_test_symbols(pathlib.Path(folder) / "symbols")
    print(f"limits self-test: {len(planted) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


def self_test_symbols(root):
    """Each source with the symbols that must be complained of; a.h gives a.c and a_write.c the noun `map`."""
    sources = {
        "a.c": ("int a_ok, a; static int x = 1; int stray(void) { return x; } int ab; int map_find, mapped;",
                ["stray", "ab", "mapped"]),
        "a_write.c": ("int a_write_x, a_y, map_z, b_q;", ["b_q"]),
        "b.c": ("int b_ok, map_y, odd_one, odd_two;", ["map_y"]),
    }
    write(root, {"src/base/a.h": "enum status;\nstruct map {\n    int x;\n};\n",
                 ".ci/limits-exceptions": "src/base/b.c symbol odd_* a reason\nsrc/base/b.c symbol gone,odd_two a reason\n"})
    objects = root / "build/CMakeFiles/assay_room_base.dir/src/base"
    objects.mkdir(parents=True)
    for name, (text, _) in sources.items():
        write(root, {f"src/base/{name}": text})
        subprocess.run(["cc", "-c", "-o", objects / f"{name}.o", root / "src/base" / name], check=True)
    faults, count = check_symbols(root, root / "build")
    expected = {(name, symbol) for name, (_, symbols) in sources.items() for symbol in symbols}
    found = {(name, symbol) for name in sources for symbol in
             re.findall(rf"src/base/{re.escape(name)}: external symbol '(\w+)'", "\n".join(faults))}
    if count == 3 and found == expected and len(faults) == len(expected) + 1 and "'symbol:gone'" in faults[-1]:
        return 0
    print(f"limits self-test: planted symbols, got: {faults}")
    return 1


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) == 3 and sys.argv[1] == "--symbols":
        what, (faults, count) = "files with symbols", check_symbols(root, pathlib.Path(sys.argv[2]))
    elif len(sys.argv) == 1:
        what, (faults, count) = "measures", check_sizes(root)
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    for fault in faults:
        print(fault)
    print(f"limits: {count} {what}, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

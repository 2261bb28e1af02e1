#!/usr/bin/env python3
"""schema_test.py RENDER_SAMPLE ROOT: report.json of every sample, whole and canonical, against
schemas/report.schema.json, and broken reports, which must be refused. Uses `jsonschema` when it is there, else the
small validator below, which knows the keywords that the schema uses."""
import json
import pathlib
import subprocess
import sys
import tempfile

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "required", "properties",
         "additionalProperties", "items", "enum", "const", "minimum", "maxItems", "allOf", "if", "then", "else"}


def is_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, (int,) if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def faults_of(value, schema, root, path="$"):
    unknown = set(schema) - KNOWN
    assert not unknown, f"the small validator does not know {unknown}"
    if "$ref" in schema:
        yield from faults_of(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, path)
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, name) for name in names):
        yield f"{path}: no {names}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not one of {schema['enum']}"
    if "minimum" in schema and is_type(value, "number") and value < schema["minimum"]:
        yield f"{path}: below {schema['minimum']}"
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{path}: too long"
        for index, item in enumerate(value):
            yield from faults_of(item, schema.get("items", {}), root, f"{path}[{index}]")
    if isinstance(value, dict):
        yield from (f"{path}: lacks {key}" for key in schema.get("required", []) if key not in value)
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            yield from faults_of(item, inner, root, f"{path}.{key}")
    for inner in schema.get("allOf", []):
        yield from faults_of(value, inner, root, path)
    if "if" in schema:
        branch = "else" if any(faults_of(value, schema["if"], root)) else "then"
        yield from faults_of(value, schema.get(branch, {}), root, path)


def validators(schema):
    yield "small", lambda value: list(faults_of(value, schema, schema))
    try:
        import jsonschema
    except ImportError:
        print("jsonschema is not installed: only the small validator is used")
        return
    jsonschema.Draft202012Validator.check_schema(schema)
    yield "jsonschema", lambda value: [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(value)]


def break_report(report):
    """(what, broken report): each must be refused."""
    def changed(edit):
        copy = json.loads(json.dumps(report))
        edit(copy)
        return copy
    yield "another version", changed(lambda r: r.update(schema_version=2))
    yield "a missing key", changed(lambda r: r.pop("decision"))
    yield "an unknown verdict", changed(lambda r: r["decision"].update(verdict="maybe"))
    yield "a negative count", changed(lambda r: r["candidates"][0].update(scored=-1))
    yield "a number as text", changed(lambda r: r["sections"][0]["metrics"][0]["values"][0].update(value="0.9"))
    yield "null without a reason", changed(lambda r: r["slots"][0].update(f1={"value": None}))
    yield "a slot without verdict", changed(lambda r: r["worst"][0]["turns"][0]["slots"][0].pop("verdict"))


def main():
    render, root = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads((root / "schemas/report.schema.json").read_text(encoding="utf-8"))
    passed, failed = 0, 0

    def check(what, good, detail=""):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print(f"FAILED: {what} {detail}")

    for name, faults in validators(schema):
        for sample in ("sample", "hostile", "empty", "large"):
            for option in ([], ["--canonical"]):
                with tempfile.TemporaryDirectory() as folder:
                    subprocess.run([render, folder, sample, *option], check=True)
                    report = json.loads((pathlib.Path(folder) / "report.json").read_text(encoding="utf-8"))
                check(f"{name}: {sample} {option}", not faults(report), faults(report)[:3])
                check(f"{name}: environment of {sample} {option}", ("environment" in report) == (not option))
                if sample == "sample" and not option:
                    for what, broken in break_report(report):
                        check(f"{name}: {what} is refused", faults(broken))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

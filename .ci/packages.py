#!/usr/bin/env python3
"""Whether scripts/common.sh installs every library that CMake asks pkg-config for, and every program it must find.

The package of a module is the one that owns its .pc file here; a machine without dpkg cannot tell, and says so.
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE = re.compile(r"pkg_check_modules\(\w+ (?:REQUIRED )?(?:IMPORTED_TARGET )?([\w.+-]+?)(?:>=.*)?\)")


def group(name):
    """The packages of one group, as the shell expands them."""
    text = subprocess.run(["bash", "-c", f". scripts/common.sh && packages_of {name}"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout
    return set(text.split())


def owner(module):
    folder = subprocess.run(["pkg-config", "--variable=pcfiledir", module], capture_output=True, text=True,
                            check=False).stdout.strip()
    path = pathlib.Path(folder or "/", f"{module}.pc")
    found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False).stdout
    return found.split(":")[0] or None


def main():
    if not shutil.which("dpkg"):
        print("packages: this is no Debian, nothing was checked")
        return 0
    faults, count = [], 0
    for files, name in ((ROOT.glob("cmake/*.cmake"), "run"), (ROOT.glob("tests/**/CMakeLists.txt"), "test")):
        packages = group(name)
        for path in files:
            for module in MODULE.findall(path.read_text(encoding="utf-8")):
                count += 1
                package = owner(module)
                if package is None:
                    faults.append(f"{path.relative_to(ROOT)}: module '{module}' is not installed here")
                elif package not in packages:
                    faults.append(f"{path.relative_to(ROOT)}: module '{module}' needs the package '{package}', which"
                                  f" packages_{name} in scripts/common.sh does not name")
    if not count:
        faults.append("no pkg_check_modules was found")
    for fault in faults:
        print(fault)
    print(f"packages: {count} modules, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Is every installed package whole?

`--list` prints what is installed, as name==version. Otherwise the same lines are
read from stdin, and what is wrong is printed, one line a package (exit status 1).
Each package lists its files with their sizes; one that is missing or shorter than
listed (a killed install, a deleted folder) is a fault.
"""

import os
import re
import sys
from importlib.metadata import distributions


def installed():
    """The packages of this environment by normalised name."""
    found = {}
    for dist in distributions(path=[p for p in sys.path if p.startswith(sys.prefix)]):
        name = dist.metadata["Name"]
        if name:
            found[re.sub(r"[-_.]+", "-", name).lower()] = dist
    return found


def broken_file(dist):
    """The first file of `dist` that is missing or truncated, or None."""
    for file in dist.files or []:
        if file.suffix == ".pyc":
            continue
        try:
            size = os.stat(dist.locate_file(file)).st_size
        except OSError:
            return f"lacks {file}"
        if file.size is not None and size < file.size:
            return f"has a truncated {file}"
    return None if dist.files else "has no list of files"


def faults(wanted):
    have = installed()
    for name, version in wanted:
        dist = have.get(name)
        if dist is None:
            yield f"{name} is missing"
        elif dist.version != version:
            yield f"{name} is {dist.version}, not {version}"
        else:
            fault = broken_file(dist)
            if fault:
                yield f"{name} {fault}"


if __name__ == "__main__":
    if "--list" in sys.argv:
        for name, dist in sorted(installed().items()):
            print(f"{name}=={dist.version}")
    else:
        wrong = list(faults(line.strip().split("==") for line in sys.stdin if "==" in line))
        print("\n".join(wrong))
        sys.exit(1 if wrong else 0)

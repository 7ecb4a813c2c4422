#!/usr/bin/env python3
"""Checks the include order of src/ against tools/layers.txt. Usage: check_layers.py [ROOT]."""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def load_order(path):
    lines = (line.strip() for line in path.read_text().splitlines())
    return {name: rank for rank, name in enumerate(l for l in lines if l and not l.startswith("#"))}


def find_cycle(graph):
    """Returns one include cycle as a list of files, or None."""
    state, stack = {}, []

    def visit(node):
        state[node] = "open"
        stack.append(node)
        for nxt in sorted(graph.get(node, ())):
            if state.get(nxt) == "open":
                return stack[stack.index(nxt):] + [nxt]
            if nxt not in state:
                cycle = visit(nxt)
                if cycle:
                    return cycle
        stack.pop()
        state[node] = "done"
        return None

    for node in sorted(graph):
        if node not in state:
            cycle = visit(node)
            if cycle:
                return cycle
    return None


def check(root):
    order = load_order(root / "tools" / "layers.txt")
    src = root / "src"
    problems, graph = [], {}
    for file in sorted(src.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        name = file.relative_to(src).as_posix()
        folder = name.split("/")[0]
        if folder not in order:
            problems.append(f"{name}: folder '{folder}' is not in tools/layers.txt")
            continue
        for include in INCLUDE.findall(file.read_text()):
            target = include.split("/")[0]
            if "/" not in include or target not in order:
                problems.append(f'{name}: include "{include}" does not name a folder of src/')
            elif not (src / include).exists():
                problems.append(f'{name}: include "{include}" does not exist')
            elif order[target] > order[folder]:
                problems.append(f'{name}: upward include "{include}"')
            graph.setdefault(name, set()).add(include)
    cycle = find_cycle(graph)
    if cycle:
        problems.append("include cycle: " + " -> ".join(cycle))
    return problems


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve())
    print("\n".join(found) if found else "layers: ok")
    sys.exit(1 if found else 0)

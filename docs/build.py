"""Build the site: generate what comes from the code, run the labs, call Sphinx.

    python docs/build.py [--out out/site] [--labs 01 05] [--jobs 2] [--fresh]

Needs the extras docs, labs and tensorflow. Nothing is fetched, except by npm into docs/_npm (git
does not see it) where npm is there and answers; without it formulas stand as written and the digit
pad says what is missing. Lab outputs are kept in out/site-cache until a lab or the package changes.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
NPM = DOCS / "_npm"
sys.path.insert(0, str(DOCS))

import generate  # noqa: E402
import lab_pages  # noqa: E402

from coursekit.labs.author.apart import Apart  # noqa: E402


def fetch_npm() -> str:
    """Install the pages' JavaScript with npm; returns "" or why it is not there."""
    wanted = json.loads((DOCS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    modules = NPM / "node_modules"
    if all((modules / name / "package.json").is_file() for name in wanted):
        return ""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    NPM.mkdir(exist_ok=True)
    shutil.copy(DOCS / "package.json", NPM)
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    try:
        done = subprocess.run(command, cwd=NPM, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return "npm did not answer in 300 s"
    return "" if done.returncode == 0 else f"npm: {done.stderr.strip().splitlines()[-1:]}"


def stage(source: Path, labs: list[Path], jobs: int, cache: Path, fresh: bool) -> None:
    """Lay out everything that Sphinx reads. Labs that must run do so meanwhile."""
    due = [f for f in labs if fresh or not lab_pages.kept_outputs(f, cache).is_file()]
    pages = source / "labs"
    pages.mkdir()
    with Apart(jobs) if due else contextlib.nullcontext() as apart:
        waiting = {
            folder.name: apart.submit(lab_pages.write_page, folder, pages, cache, fresh=fresh)
            for folder in due
        }
        for path in [*DOCS.glob("*.md"), DOCS / "conf.py"]:
            shutil.copy(path, source)
        list_others(source)
        for name in ("extensions", "_static", "pictures"):
            shutil.copytree(DOCS / name, source / name)
        lay_mathjax(source)
        lay_live(source)
        generate.write_all(source, labs)
        for folder in labs:
            if folder not in due:
                lab_pages.write_page(folder, pages, cache)
        for name, future in waiting.items():
            print(f"  lab {name}: {future.result():.0f} s", flush=True)


def list_others(source: Path) -> None:
    """Pages of docs/ that no page names yet come under the contributors' page."""
    pages = {path.stem: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    trees = "\n".join(
        tree for text in pages.values() for tree in re.findall(r"```{toctree}.*?```", text, re.S)
    )
    others = sorted(set(pages) - set(re.findall(r"^[\w/]+$", trees, re.M)) - {"index"})
    path = source / "contributors.md"
    path.write_text(pages["contributors"].replace("OTHERS", "\n".join(others)), encoding="utf-8")


def lay_mathjax(source: Path) -> None:
    """MathJax beside the pages: the one script and its fonts."""
    mathjax = NPM / "node_modules" / "mathjax" / "es5"
    if not mathjax.is_dir():
        return
    out = source / "_static" / "mathjax" / "es5"
    out.mkdir(parents=True)
    shutil.copy(mathjax / "tex-chtml.js", out)
    fonts = Path("output") / "chtml" / "fonts" / "woff-v2"
    shutil.copytree(mathjax / fonts, out / fonts)


def lay_live(source: Path) -> None:
    """Every folder of docs/live, through its part.py."""
    (source / "_live").mkdir()
    for folder in sorted(path.parent for path in (DOCS / "live").glob("*/part.py")):
        spec = importlib.util.spec_from_file_location(f"part_{folder.name}", folder / "part.py")
        part = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(part)
        out = source / "_static" / "live" / folder.name
        out.mkdir(parents=True)
        html = part.build(out, NPM / "node_modules")
        (source / "_live" / f"{folder.name}.html").write_text(html, encoding="utf-8")


def run_sphinx(source: Path, out: Path, doctrees: Path) -> int:
    """Sphinx, with warnings as errors."""
    from sphinx.cmd.build import main as sphinx

    return sphinx(
        ["-q", "-b", "html", "-W", "--keep-going", "-d", str(doctrees), str(source), str(out)]
    )


def main() -> int:
    """Build; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "site")
    parser.add_argument("--labs", nargs="*", metavar="NN", help="only these labs")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="run the labs again")
    args = parser.parse_args()
    started = time.perf_counter()
    reason = fetch_npm()
    if reason:
        print(f"Without npm's packages ({reason}): formulas as written, no digit pad.")
    labs = sorted(path.parent for path in (ROOT / "labs").glob("[0-9][0-9]_*/source.py"))
    if args.labs:
        labs = [folder for folder in labs if folder.name[:2] in args.labs]
    cache = ROOT / "out" / "site-cache"
    with tempfile.TemporaryDirectory(prefix="coursekit-site-") as work:
        source, made = Path(work) / "source", Path(work) / "site"
        source.mkdir()
        stage(source, labs, args.jobs, cache, args.fresh)
        code = run_sphinx(source, made, Path(work) / "doctrees")
        if code == 0:
            for name in (".buildinfo", "objects.inv"):
                (made / name).unlink(missing_ok=True)
            shutil.rmtree(made / "_sources", ignore_errors=True)
            (made / ".nojekyll").touch()
            args.out.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(args.out, ignore_errors=True)
            shutil.move(made, args.out)
            print(f"{args.out} in {time.perf_counter() - started:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())

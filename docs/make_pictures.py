"""Make the pictures of docs/grading.md again: hand in edited notebooks, grade them for real, take
screenshots of what came out.

    python docs/make_pictures.py [--keep FOLDER] [--chromium PATH]

Needs Linux (grading), playwright and Chromium. Every command shown in the pictures is run here, and
its output is what is shown.
"""

from __future__ import annotations

import argparse
import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT / "tests" / "grading"))

import edited_notebooks as notebooks  # noqa: E402

SLEEPY = "def wilson_interval(k, n, z=1.96):\n    while True:\n        pass"
LEAVER = "import os\n\ndef class_scores(matrix):\n    os._exit(0)"
STUDENTS = {
    "ann": "Abel, Ann",
    "ben": "Blum, Ben",
    "cem": "Cakir, Cem",
    "dora": "Dahl, Dora",
    "emil": "Ebner, Emil",
    "fay": "Fuchs, Fay",
    "gus": "Graf, Gus",
    "hana": "Haas, Hana",
    "ivo": "Iske, Ivo",
    "jule": "Jung, Jule",
}
CLASSES = {
    "05_metrics": {
        "ann": {},
        "ben": {
            "mistakes": ("rows-and-columns-swapped", "f1-as-arithmetic-mean", "left-riemann-sum"),
            "unanswered": ("5.8",),
        },
        "cem": None,
        "dora": {"mistakes": ("count-not-share",)},
        "emil": {"mistakes": ("rows-and-columns-swapped",)},
        "fay": {"mistakes": ("textbook-interval",), "unanswered": ("5.6", "5.8")},
        "gus": {"answers": {"5.7": SLEEPY}},
        "hana": {"answers": {"5.4": LEAVER}, "unanswered": ("5.5",)},
        "ivo": {"mistakes": ("remainder-dropped", "one-sided")},
    },
    "07_convolution": {
        "ann": {},
        "ben": {
            "mistakes": (
                "turned-in-one-direction",
                "bias-forgotten",
                "comes-back-on-the-other-side",
            ),
            "unanswered": ("7.8",),
        },
        "cem": None,
    },
    "08_digits": {
        "ann": {},
        "ben": {
            "mistakes": ("mlp-softmax-at-the-end", "ink-wraps-round", "first-mistakes-not-worst"),
            "unanswered": ("8.5",),
        },
        "cem": None,
    },
}
TERMINAL = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; background: #fff; }}
pre {{ margin: 0; padding: 20px 24px; background: #1e1e24; color: #e8e8ea; font: 15px/1.45 "DejaVu Sans Mono", monospace; width: max-content; }}
b {{ color: #7fd1b9; font-weight: 400; }}</style><pre>{}</pre>"""


def hand_in(folder: Path) -> None:
    """Write the notebooks of each class, and the rosters."""
    for lab, students in CLASSES.items():
        for student, how in students.items():
            made = notebooks.released(lab) if how is None else notebooks.edited(lab, **how)
            notebooks.write(folder / f"handed_in_{lab[:2]}" / f"{student}.ipynb", made)
        names = {name: STUDENTS[name] for name in [*students, "jule"]}
        notebooks.canvas_roster(
            folder / f"canvas_{lab[:2]}.csv", lab.replace("_", " "), most(lab), names
        )


def most(lab: str) -> float:
    """What a lab is worth."""
    from coursekit.grading.lab import load

    return load(ROOT / "labs" / lab).max_points()


def shell(command: str, folder: Path) -> str:
    """Run a command line in `folder`; returns it with what it said, as a terminal would show."""
    programs = (
        f'PATH="{Path(sys.executable).parent}:$PATH"; COURSEKIT_LABS="{ROOT / "labs"}"; '
        f"export PATH COURSEKIT_LABS; "
    )
    done = subprocess.run(
        ["bash", "-c", programs + command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}")
    return f"$ {command}\n{done.stdout}"


def grade(folder: Path) -> dict[str, str]:
    """Grade and export each class. Returns what the terminal showed, by lab."""
    said = {}
    for lab in CLASSES:
        number = lab[:2]
        limit = " --time-limit 5" if number == "05" else ""
        said[lab] = "\n".join(
            [
                shell(
                    f"coursekit grade {number} handed_in_{number}/ --out graded_{number}/ --jobs "
                    f"2{limit}",
                    folder,
                ),
                shell(f"cut -d, -f1,3-6,10- graded_{number}/grades.csv | column -s, -t", folder),
                shell(
                    f"coursekit grade export graded_{number}/ --roster canvas_{number}.csv", folder
                ),
                shell(f"cat graded_{number}/canvas_{number}.csv", folder),
            ]
        )
        print(said[lab], flush=True)
    return said


def terminal(said: str) -> str:
    """What a terminal showed, as a page; commands stand out."""
    lines = [
        f"<b>{html.escape(line)}</b>" if line.startswith("$ ") else html.escape(line)
        for line in said.splitlines()
    ]
    return TERMINAL.format("\n".join(lines))


def screenshots(folder: Path, said: dict[str, str], chromium: str) -> None:
    """Photograph the pages that the run wrote."""
    from playwright.sync_api import sync_playwright

    for lab, text in said.items():
        (folder / f"terminal_{lab[:2]}.html").write_text(terminal(text), encoding="utf-8")
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    shots = [
        (f"terminal_{lab[:2]}.html", f"grading_terminal_{lab[:2]}.png", None) for lab in CLASSES
    ]
    shots += [
        (f"graded_{lab[:2]}/feedback/ben.html", f"grading_feedback_{lab[:2]}.png", 1330)
        for lab in CLASSES
    ]
    shots += [("graded_05/report.html", "grading_report.png", 1500)]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        for source, name, height in shots:
            page = browser.new_page(
                viewport={"width": 980, "height": height or 400}, color_scheme="light"
            )
            page.goto((folder / source).as_uri())
            if height is None:
                page.locator("pre").screenshot(path=PICTURES / name)
            else:
                page.screenshot(
                    path=PICTURES / name,
                    clip={"x": 0, "y": 0, "width": 980, "height": height},
                    full_page=True,
                )
            page.close()
        browser.close()


def main() -> None:
    """Hand in, grade, photograph."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it")
    parser.add_argument(
        "--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser")
    )
    args = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        hand_in(folder)
        screenshots(folder, grade(folder), args.chromium)


if __name__ == "__main__":
    main()

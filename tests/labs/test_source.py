"""The lab source: markers, header, exercises, stubs."""

import re
from pathlib import Path

import pytest

from coursekit.errors import InvalidInputError, LabSourceError
from coursekit.labs.author.source import (
    check_markers,
    parse_lab,
    read_lab,
    solution_lines,
    solution_text,
    stub_text,
)

TOY = Path(__file__).parent / "toy_lab" / "90_toy"
PATH = Path("labs/90_toy/source.py")


@pytest.fixture(scope="module")
def text():
    return (TOY / "source.py").read_text(encoding="utf-8")


def fault(text):
    with pytest.raises(LabSourceError) as caught:
        parse_lab(text, PATH, "90_toy")
    place, message = re.fullmatch(
        r"labs/90_toy/source\.py:(\d+): (.*)", str(caught.value), re.DOTALL
    ).groups()
    return int(place), message


def line_of(text, part, nth=1):
    return [n for n, line in enumerate(text.splitlines(), start=1) if part in line][nth - 1]


def test_exercises_and_their_functions_are_found():
    lab = read_lab(TOY)
    assert (lab.name, lab.number, lab.title) == ("90_toy", 90, "A toy lab")
    assert [(e.number, e.functions) for e in lab.exercises] == [
        ("90.1", ["centred", "scaled"]),
        ("90.2", ["Total", "twice"]),
    ]
    assert (
        lab.exercises[0].title
        == "Write centred (subtract the mean) and scaled (divide by the largest magnitude)."
    )
    assert [c.role for c in lab.cells if c.exercise == "90.1"] == ["prose", "answer", "check"]
    with pytest.raises(InvalidInputError, match=r"90\.1, 90\.2"):
        lab.exercise("90.7")


def test_cells_know_their_line(text):
    lab = read_lab(TOY)
    for cell in lab.cells:
        assert text.splitlines()[cell.line - 1].startswith("# %%")
    assert lab.exercises[0].cells[0].line == line_of(text, "def centred") - 1


@pytest.mark.parametrize(
    "typo",
    [
        "### begin solution",
        "### Begin Solution",
        "## BEGIN SOLUTION",
        "# BEGIN SOLUTION",
        "#### BEGIN SOLUTION",
        "###BEGIN SOLUTION",
        "###  BEGIN SOLUTION",
        "### BEGIN  SOLUTION",
        "### BEGIN_SOLUTION",
        "### BEGINSOLUTION",
        "### BEGN SOLUTION",
        "### BEGIN SOLUTON",
        "### BEGIN SOLUTIONS",
        "### BEGIN SOLUTION:",
        "### SOLUTION BEGIN",
        "### START SOLUTION",
        "BEGIN SOLUTION",
        "pass  ### BEGIN SOLUTION",
    ],
)
@pytest.mark.parametrize("word", ["BEGIN", "END"])
def test_nearly_right_markers_are_errors_with_their_line(text, typo, word):
    bad = typo.replace("BEGIN", word).replace("Begin", word.title()).replace("begin", word.lower())
    bad = bad.replace("BEGN", {"BEGIN": "BEGN", "END": "EDN"}[word]).replace(
        "START", {"BEGIN": "START", "END": "STOP"}[word]
    )
    line, message = fault(text.replace(f"### {word} SOLUTION", bad, 1))
    assert line == line_of(text, f"### {word} SOLUTION")
    assert f"'### {word} SOLUTION' on a line of its own" in message


@pytest.mark.parametrize(
    "fine",
    [
        "# Solution",
        "# a good solution ends here, and the next begins",
        "# the end",
        "x = solution",
        "# one resolution",
    ],
)
def test_other_comments_are_not_markers(fine):
    assert check_markers(f"def f():\n    {fine}\n", PATH) == []


def test_unmatched_and_nested_markers_are_errors(text):
    begin, end = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
    assert "without one" in fault(text.replace(begin, "", 1))[1]
    assert "nested" in fault(text.replace(end, "", 1))[1]
    line, message = fault(text + "\n    ### BEGIN SOLUTION\n")
    assert (line, message) == (
        len(text.splitlines()) + 2,
        "expected '### END SOLUTION' after this line. Received: the end of the file.",
    )
    assert "nothing" in fault(text.replace(begin, begin + end + begin, 1))[1]


def test_markers_at_any_indent(text):
    moved = text.replace("    ### BEGIN SOLUTION", "### BEGIN SOLUTION", 1).replace(
        "    ### END SOLUTION", "            ### END SOLUTION", 1
    )
    lab = parse_lab(moved, PATH, "90_toy")
    assert stub_text(lab.exercises[0].cells[0].text, "90.1") == stub_text(
        read_lab(TOY).exercises[0].cells[0].text, "90.1"
    )


def test_stubs_keep_signature_docstring_and_given_lines():
    stub = stub_text(read_lab(TOY).exercises[0].cells[0].text, "90.1")
    assert stub.splitlines()[:4] == [
        "def centred(x):",
        '    """Subtract the mean; centred([1, 3]) is [-1, 1]."""',
        "    x = np.asarray(x, dtype=float)",
        '    raise NotAnsweredYet("Exercise 90.1")',
    ]
    assert "middle" not in stub
    assert "SOLUTION" not in stub
    assert "SOLUTION" not in solution_text(read_lab(TOY).exercises[0].cells[0].text)
    assert "middle = np.mean(x)" in solution_lines(read_lab(TOY))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("#   title: A toy lab\n", "", "expected title in the header"),
        ("# coursekit:\n", "# something:\n", "expected the key 'coursekit:'"),
        ("#   seconds: {cpu: 2, fast: 2}", "#   seconds: 3", "seconds: {cpu: N, fast: N}"),
        ("#   title: A toy lab", "#   title: [", "expected YAML"),
        ('check("90.1")\n', "", 'expected a cell check("90.1")'),
        (
            'check("90.1")\n',
            'check("90.9")\n',
            "expected check() of an exercise above. Received: 90.9",
        ),
        ("**Exercise 90.2**", "**Exercise 90.1**", "expected a new exercise number"),
        ("**Exercise 90.1**", "**Exercise 9.1**", "expected an exercise 90.N"),
        ("def scaled(x):", "def rng(x):", "does not use itself. Received: 'rng'"),
        ("def scaled(x):", "def scaled(x:", "expected Python"),
        (
            "from coursekit import NotAnsweredYet, open_lab",
            "from coursekit import open_lab",
            "import NotAnsweredYet",
        ),
        ("def twice(", "def centred(", "expected a new name. Received: 'centred'"),
        ("def twice(function, x):", "if True:", "inside a function"),
    ],
)
def test_faults_of_form_are_named(text, old, new, says):
    assert old in text
    assert says in fault(text.replace(old, new, 1))[1]


def test_a_solution_needs_an_exercise(text):
    line, message = fault(text.replace("**Exercise 90.1** Write", "Write", 1))
    assert line == line_of(text, "def centred") - 1
    assert "### Exercise 90.1" in message
    assert "Received: none" in message


def test_a_class_body_is_no_place_for_a_region():
    text = (TOY / "source.py").read_text(encoding="utf-8")
    start, stop = text.index("    def __init__(self):\n        self.value"), text.index("def twice")
    bad = (
        text[:start]
        + "    ### BEGIN SOLUTION\n    value = 0.0\n    ### END SOLUTION\n\n\n"
        + text[stop:]
    )
    assert "inside a function" in fault(bad)[1]


def test_a_folder_without_a_source_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match=r"source\.py"):
        read_lab(tmp_path)

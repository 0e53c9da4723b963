"""The plain reader of py:percent gives what jupytext gives, or leaves the text to it."""

import re
from pathlib import Path

import pytest

from coursekit.labs.author._percent import plain_cells

jupytext = pytest.importorskip("jupytext")
ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted(ROOT.glob("labs/*/source.py")),
    *sorted(ROOT.glob("tests/*/toy_lab/*/source.py")),
]


def by_jupytext(text):
    cells = jupytext.reads(text, fmt="py:percent").cells
    return [
        (
            c.cell_type,
            c.source,
            {k: v for k, v in c.metadata.items() if not k.startswith("lines_to")},
        )
        for c in cells
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_every_lab_is_plain_and_read_alike(path):
    body = re.sub(r"\A# ---\n(?:#.*\n)+?# ---\n", "", path.read_text(encoding="utf-8")).lstrip("\n")
    assert plain_cells(body) == by_jupytext(body)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "x = 1  # what?",
        'x = """\n# not a start\n"""',
        "# cats\nx = 1",
        "x = 5 % 3\n\n\ny = 1",
        "if x:\n    pass\n",
    ],
)
def test_plain_code_is_read_as_jupytext_reads_it(text):
    body = f'# %% exercise="5.2"\n{text}\n\n# %% [markdown]\n# Some *words*.\n#\n#     more\n'
    assert plain_cells(body) == by_jupytext(body)


@pytest.mark.parametrize(
    "text",
    [
        "# %matplotlib inline",
        "# !ls",
        "# ?print",
        "# print?",
        "# cd folder",
        "# # %%",
        "#%% x",
        "# x = !ls",
        "# In[3]:",
        'x = """\n# %%\n"""',
        "x = '''\n# %%\n'''",
        "# only a comment",
        "",
        "\n\n\nx = 1\n\n\n\n",
    ],
)
def test_what_is_not_plain_is_left_to_jupytext(text):
    assert plain_cells(f"# %%\n{text}\n# %% [markdown]\n# Words.\n") is None


@pytest.mark.parametrize(
    "start",
    [
        "# %% A title",
        "# %% [raw]",
        '# %% tags=["a"]',
        '# %% tags="a"',
        "#  %%",
        "#%%",
        "x = 1\n# %%",
    ],
)
def test_other_starts_are_left_to_jupytext(start):
    assert plain_cells(f"{start}\nx = 1\n") is None

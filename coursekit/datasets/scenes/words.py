"""What can be said and asked about a scene: captions, paraphrases, questions with their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coursekit.datasets.scenes.things import COLOUR_NAMES, KINDS, SIZES
from coursekit.errors import InvalidInputError

if TYPE_CHECKING:
    from coursekit.datasets.scenes.scenes import Scenes

_SYNONYMS = {
    "large": ("large", "big", "huge"),
    "small": ("small", "little", "tiny"),
    "circle": ("circle", "disc", "ball"),
    "square": ("square", "box", "block"),
    "triangle": ("triangle", "wedge"),
    "cross": ("cross", "plus"),
    "ring": ("ring", "hoop"),
    "person": ("person", "figure"),
}
_RELATIONS = {
    "left of": ("left of", "to the left of", "on the left of"),
    "right of": ("right of", "to the right of", "on the right of"),
    "above": ("above", "over"),
    "below": ("below", "under", "beneath"),
}
_TURNED = {"left of": "right of", "above": "below"}

QUESTIONS = (
    "what shape is the {} thing",
    "is the {} thing large",
    "is the {} thing in the left half",
    "is the {} thing in the upper half",
    "what shape is the thing nearest to the {} thing",
    "what shape is the thing furthest from the {} thing",
    "how many other things have the shape of the {} thing",
)
"""Kinds of questions; `{}` takes a colour. From `FIRST_RELATIONAL` on, two things must be
compared."""
FIRST_RELATIONAL = 4
ANSWERS = (*KINDS, "no", "yes", "0", "1", "2", "3", "4", "5")
_NO, _ZERO = ANSWERS.index("no"), ANSWERS.index("0")


@dataclass(frozen=True)
class Questions:
    """Questions about scenes, as words and as numbers.

    Attributes:
        scene: int64 `(m,)`, the row of `Scenes` that is asked about.
        code: float32 `(m, 13)`, six numbers that name the colour and seven that name the kind of
            question, each one-hot.
        kind: int64 `(m,)`, index into `QUESTIONS`.
        relational: bool `(m,)`, whether things must be compared with one another.
        answer: int64 `(m,)`, index into `ANSWERS`.
    """

    scene: np.ndarray
    code: np.ndarray
    kind: np.ndarray
    relational: np.ndarray
    answer: np.ndarray

    def __len__(self) -> int:
        return len(self.scene)

    def texts(self) -> list[str]:
        """The questions in words."""
        colour = self.code[:, : len(COLOUR_NAMES)].argmax(axis=1)
        return [
            QUESTIONS[q].format(COLOUR_NAMES[c]) for q, c in zip(self.kind, colour, strict=True)
        ]

    def answers(self) -> list[str]:
        """The answers in words."""
        return [ANSWERS[a] for a in self.answer]


def caption(scenes: Scenes, row: int, rng: np.random.Generator | None = None) -> str:
    """The canonical caption of one scene, or with `rng` one of its paraphrases."""
    places = np.flatnonzero(scenes.present[row])
    x, y = scenes.centres[row, :, 0], scenes.centres[row, :, 1]
    if len(places) == 0:
        return "nothing" if rng is None else str(rng.choice(["nothing", "an empty floor"]))
    if len(places) == 2:
        one, other = places
        beside = abs(x[one] - x[other]) > abs(y[one] - y[other])
        along = x if beside else y
        if along[one] > along[other]:
            one, other = other, one
        relation = "left of" if beside else "above"
        if rng is not None and rng.random() < 0.5:
            one, other, relation = other, one, _TURNED[relation]
        if rng is not None:
            relation = str(rng.choice(_RELATIONS[relation]))
        said = f"{_name(scenes, row, one, rng)} {relation} {_name(scenes, row, other, rng)}"
    else:
        names = [_name(scenes, row, place, rng) for place in places[np.argsort(x[places])]]
        said = names[0] if len(names) == 1 else "from left to right " + " and ".join(names)
    if rng is not None and rng.random() < 0.4:
        return f"{rng.choice(['there is', 'one sees', 'a picture of'])} {said}"
    return said


def _name(scenes: Scenes, row: int, place: int, rng: np.random.Generator | None) -> str:
    size = SIZES[int(scenes.large[row, place])]
    kind = KINDS[scenes.classes[row, place]]
    if rng is not None:
        size, kind = str(rng.choice(_SYNONYMS[size])), str(rng.choice(_SYNONYMS[kind]))
    return f"a {size} {COLOUR_NAMES[scenes.colours[row, place]]} {kind}"


def ask(scenes: Scenes, per_scene: int, relational: bool | None, seed: int) -> Questions:
    """Draw questions; see `Scenes.questions`."""
    number = scenes.present.sum(axis=1)
    least = 1 if relational is False else 2
    rows = np.flatnonzero(number >= least)
    if isinstance(per_scene, bool) or not isinstance(per_scene, int) or per_scene < 1:
        raise InvalidInputError(
            f"`per_scene` must be a positive integer. Received: per_scene={per_scene!r}"
        )
    if not len(rows):
        raise InvalidInputError(
            f"These questions need scenes with at least {least} things. Received: "
            f"{len(number)} scenes with at most {number.max(initial=0)}. Make scenes with "
            f"objects=({least}, 4), or ask with relational=False."
        )
    rng = np.random.default_rng(seed)
    scene = np.repeat(rows, per_scene)
    low = FIRST_RELATIONAL if relational else 0
    high = FIRST_RELATIONAL if relational is False else len(QUESTIONS)
    kind = rng.integers(low, high, len(scene))
    drawn = np.where(scenes.present[scene], rng.random((len(scene), scenes.present.shape[1])), -1)
    place = drawn.argmax(axis=1)
    colour = scenes.colours[scene, place]
    code = np.concatenate([np.eye(len(COLOUR_NAMES))[colour], np.eye(len(QUESTIONS))[kind]], axis=1)
    return Questions(
        scene=scene,
        code=code.astype(np.float32),
        kind=kind,
        relational=kind >= FIRST_RELATIONAL,
        answer=_answers(scenes, scene, place, kind),
    )


def _answers(scenes: Scenes, scene, place, kind) -> np.ndarray:
    m, middle = np.arange(len(scene)), scenes.size / 2
    centre, present = scenes.centres[scene].astype(float), scenes.present[scene]
    classes, here = scenes.classes[scene], centre[np.arange(len(scene)), place]
    others = present & (np.arange(present.shape[1]) != place[:, None])
    away = np.hypot(*np.moveaxis(np.where(others[..., None], centre, 0) - here[:, None], -1, 0))
    nearest = np.where(others, away, np.inf).argmin(axis=1)
    furthest = np.where(others, away, -np.inf).argmax(axis=1)
    same = (others & (classes == classes[m, place][:, None])).sum(axis=1)
    options = (
        classes[m, place],
        _NO + scenes.large[scene, place],
        _NO + (here[:, 0] < middle),
        _NO + (here[:, 1] < middle),
        classes[m, nearest],
        classes[m, furthest],
        _ZERO + same,
    )
    return np.choose(kind, options).astype(np.int64)

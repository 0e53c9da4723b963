"""What the titles of a roster's columns, and the names of its rows, say."""

from __future__ import annotations

import re
import unicodedata

LAB_WORDS = frozenset(
    """lab labs laboratory assignment labor aufgabe ubung ubungsblatt praktikum hausaufgabe
    labo laboratoire devoir tp laboratorio practica tarea""".split()  # noqa: SIM905
)
# A title with one of these is about something beside the lab, or about several.
OTHER_WORDS = frozenset(
    """quiz test exam exams midterm final bonus extra attendance participation survey reading prelab
    pre resit retake makeup peer review total totals subtotal average mean sum overall
    klausur prufung anwesenheit umfrage gesamt summe durchschnitt examen presence moyenne
    asistencia encuesta promedio suma""".split()  # noqa: SIM905
)
# Rows that exports and spreadsheets put among the people, as `letters` gives them.
POSSIBLE_ROWS = frozenset(
    """points pointspossible maxpoints maximumpoints outof pointsmax punkte
    maximalpunkte""".split()  # noqa: SIM905
)
OTHER_ROWS = frozenset(
    """total totals average classaverage mean median overallaverage date duedate summe gesamt
    durchschnitt mittelwert datum moyenne promedio media""".split()  # noqa: SIM905
)
_SEVERAL = re.compile(r"\d[ .,+&/\u2013-]+\d")


def is_of(title: str, lab: str) -> bool:
    """Whether a column's title names a lab and no more: after a word for lab its number, with or
    without more words; or without such a word nothing but the lab's own name.

    >>> is_of("Lab 5: metrics", "05_metrics"), is_of("Lab 5 quiz", "05_metrics")
    (True, False)
    >>> is_of("Quiz 5", "05_metrics"), is_of("Labs 5-8", "05_metrics")
    (False, False)
    """
    said, name = _tokens(title), _tokens(lab)
    if not OTHER_WORDS.isdisjoint(said) or _SEVERAL.search(title):
        return False
    count = next((token for token in name if token.isdigit()), None)
    topic = [token for token in name if token != count]
    for word, following in zip(said, [*said[1:], ""], strict=True):
        if word in LAB_WORDS and following.isdigit():
            return following == count
    own = [token for token in said if token not in LAB_WORDS]
    return bool(topic) and own in (topic, name)


def letters(text: str) -> str:
    """Words and numbers of a text in one, in one case, without accents.

    >>> letters("    Points Possible")
    'pointspossible'
    """
    return "".join(_tokens(text))


def _tokens(text: str) -> list[str]:
    """The words and numbers of a title, in one case, without accents and leading zeros."""
    plain = unicodedata.normalize("NFD", text).casefold()
    plain = "".join(c for c in plain if not "\u0300" <= c <= "\u036f")
    found = re.findall(r"[^\W\d_]+|\d+", plain)
    return [token.lstrip("0") or "0" if token.isdigit() else token for token in found]

"""What the titles of a roster's columns, and the names of its rows, say."""

from __future__ import annotations

import re
import unicodedata

LAB_WORDS = frozenset(
    """lab labs laboratory assignment assignments labor aufgabe ubung ubungsblatt praktikum
    hausaufgabe labo laboratoire devoir tp laboratorio practica tarea""".split()  # noqa: SIM905
)
# A title with one of these is about something beside the lab, about a part of it, or about several.
OTHER_WORDS = frozenset(
    """test tests testat exam exams midterm final bonus extra reading readings prelab pre post
    postlab makeup peer review reviews assessment assessments total totals subtotal average mean
    sum overall current unposted weighted percent percentage optional late retry ta tas grader seat
    checkoff part parts group groups partner partners notes contest
    klausur prufung anwesenheit umfrage gesamt summe durchschnitt verspatung vorbereitung prozent
    teil gruppe gruppen
    examen examens presence moyenne retard partie groupe groupes pourcentage
    asistencia encuesta promedio suma tardia parte grupo grupos porcentaje""".split()  # noqa: SIM905
)
_OTHER_STEMS = tuple(
    """bonus zusatz quiz survey attend participat discuss diskussion reflect reflexi regrad
    resubmi resit retak presentation prasentation nachpruf nachhol nachschreib wiederhol rattrap
    recuperac comment komment comentario feedback""".split()  # noqa: SIM905
)
# Rows that exports and spreadsheets put among the people, as `letters` gives them.
POSSIBLE_ROWS = frozenset(
    """points pointspossible possiblepoints possible max maximum maxpoints maximumpoints outof
    pointsmax totalpoints totalmarks fullmarks maxmarks maximummarks maxscore maximumscore maxgrade
    maximumgrade
    punkte punktzahl maxpunkte maximalpunkte maximalepunkte maximalpunktzahl maximalepunktzahl
    hochstpunktzahl gesamtpunkte gesamtpunktzahl moglichepunkte punktemoglich erreichbarepunkte
    bareme pointspossibles pointsmaximum notemaximale
    puntos puntosposibles puntosmaximos puntostotales puntuacionmaxima
    calificacionmaxima""".split()  # noqa: SIM905
)
OTHER_ROWS = frozenset(
    """total totals average classaverage mean median overallaverage date duedate min minimum count
    standarddeviation summe gesamt durchschnitt kursdurchschnitt mittelwert datum moyenne
    moyennedelaclasse promedio media""".split()  # noqa: SIM905
)
READ_ONLY = frozenset(("readonly", "schreibgeschutzt", "lectureseule", "sololectura"))

_SEVERAL = re.compile(r"\d[ .,+&/\u2013-]+\d")
_JOINING = frozenset("and und et y e or oder ou o to bis a through vs plus".split())  # noqa: SIM905
_NUMBERING = frozenset(["n", "no", "nr", "num", "number", "numero", "nummer"])
_MONTH = "|".join(
    """january januar janvier enero jan ene february februar fevrier febrero feb march marz mars
    marzo mar april avril abril apr abr may mai mayo june juni juin junio jun july juli juillet
    julio jul august aout agosto aug ago september septembre septiembre sept sep october oktober
    octobre octubre oct okt november novembre noviembre nov december dezember decembre diciembre
    dec dez dic""".split()  # noqa: SIM905
)
_DATE = re.compile(
    rf"\b\d\d?\.?\s*(?:de\s+)?(?:{_MONTH})\b\.?(?:,?\s*(?:de\s+)?20\d\d\b)?"
    rf"|\b(?:{_MONTH})\b\.?\s+\d\d?\b(?:,?\s*20\d\d\b)?"
    r"|\b20\d\d-\d\d?-\d\d?\b|\b\d\d?[./]\d\d?[./](?:20)?\d\d\b|\b20\d\d(?:/(?:20)?\d\d)?\b"
)


def is_of(title: str, lab: str) -> bool:
    """Whether a column's title names a lab and no more: after a word for lab its number, with or
    without more words; or without such a word nothing but the lab's own name.

    >>> is_of("Lab 5: metrics", "05_metrics"), is_of("Lab 5 quiz", "05_metrics")
    (True, False)
    >>> is_of("Quiz 5", "05_metrics"), is_of("Labs 5-8", "05_metrics")
    (False, False)
    >>> is_of("Lab 5b", "05_metrics"), is_of("Lab no. 5 - 20 Nov", "05_metrics")
    (False, True)
    """
    title, name = _DATE.sub(" ", _plain(title)), _tokens(lab)
    said = _tokens(title)
    said = [w for w, after in _pairs(said) if not (w in _NUMBERING and after.isdigit())]
    if any(word in OTHER_WORDS or word.startswith(_OTHER_STEMS) for word in said):
        return False
    if _SEVERAL.search(title) or _joins(said):
        return False
    count = next((token for token in name if token.isdigit()), None)
    numbers = {after for word, after in _pairs(said) if word in LAB_WORDS and after.isdigit()}
    if numbers:
        lettered = re.search(rf"(?<!\d)0*{count}[^\W\d_](?![^\W_])", title)  # 5a is a part of 5
        return numbers == {count} and not lettered
    topic = [token for token in name if token != count]
    own = [token for token in said if token not in LAB_WORDS]
    return bool(topic) and own in (topic, name)


def tells_points(text: str) -> bool:
    """Whether a row of this name holds the points possible.

    >>> tells_points("    Points Possible"), tells_points("Out of 10"), tells_points("Jane")
    (True, True, False)
    """
    return re.sub(r"(?<=outof)\d+$", "", letters(text)) in POSSIBLE_ROWS


def letters(text: str) -> str:
    """Words and numbers of a text in one, in one case, without accents.

    >>> letters("    Points Possible")
    'pointspossible'
    """
    return "".join(_tokens(text))


def _joins(said: list[str]) -> bool:
    """Whether two numbers are joined: "5 and 6"."""
    triples = zip(said, said[1:], said[2:], strict=False)
    return any(a.isdigit() and b in _JOINING and c.isdigit() for a, b, c in triples)


def _pairs(said: list[str]) -> list[tuple[str, str]]:
    """Each word with the next one."""
    return list(zip(said, [*said[1:], ""], strict=False))


def _tokens(text: str) -> list[str]:
    """The words and numbers of a title, in one case, without accents and leading zeros."""
    found = re.findall(r"[^\W\d_]+|\d+", _plain(text))
    return [token.lstrip("0") or "0" if token.isdigit() else token for token in found]


def _plain(text: str) -> str:
    """A text in one case and without accents; the sign of `n\u00ba 5` is none of its letters."""
    plain = unicodedata.normalize("NFD", text.replace("\u00ba", " ")).casefold()
    return "".join(c for c in plain if not "\u0300" <= c <= "\u036f")

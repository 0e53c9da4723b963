"""What can be clicked in a notebook, where ipywidgets is there; everything works without it too."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.labs.cards import shell

_AGAIN = "Run this cell again to answer or click here."


def live() -> bool:
    """Whether a kernel runs this and ipywidgets can be imported. COURSEKIT_WIDGETS=0 says no."""
    return (
        os.environ.get("COURSEKIT_WIDGETS", "1") != "0"
        and getattr(shell(), "kernel", None) is not None
        and importlib.util.find_spec("ipywidgets") is not None
    )


def choose(options: Mapping[str, str], chosen: str | None, keep: Callable[[str], str]) -> None:
    """Show the name of each option on a line; a click calls `keep` with the option and shows the
    line that it returns."""
    import ipywidgets

    answer = ipywidgets.RadioButtons(
        options=list(options.items()),
        value=chosen,
        layout={"width": "max-content", "max_width": "100%"},
    )
    said = ipywidgets.HTML()
    answer.observe(lambda change: setattr(said, "value", keep(change["new"])), names="value")
    _display(ipywidgets.VBox([answer, said]))


def enter(kind: str, unit: str, given: Any, keep: Callable[[Any], str]) -> None:
    """Show a field for a number or for words, with a button that calls `keep` with what it holds.

    Args:
        kind: "number" or "words".
        unit: stands behind the field of a number.
        given: what the field holds at first, or None.
        keep: takes the number or the text; gives the line to show.
    """
    import ipywidgets

    if kind == "number":
        field = ipywidgets.FloatText(value=given or 0.0, layout={"width": "10em"})
        row = [field, ipywidgets.Label(unit)]
    else:
        field = ipywidgets.Textarea(value=given or "", rows=3, layout={"width": "36em"})
        row = [field]
    button, said = ipywidgets.Button(description="Keep it"), ipywidgets.HTML()
    button.on_click(lambda _: setattr(said, "value", keep(field.value)))
    _display(ipywidgets.VBox([ipywidgets.HBox([*row, button]), said]))


def offer(label: str, more: Callable[[], tuple[str, str | None]]) -> None:
    """Show a button; each click calls `more`, which gives HTML to add and the next label, None for
    the last."""
    import ipywidgets

    button, shown = (
        ipywidgets.Button(description=label, layout={"width": "max-content"}),
        ipywidgets.HTML(),
    )

    def clicked(_: Any) -> None:
        shown.value, following = more()
        if following is None:
            button.layout.display = "none"
        else:
            button.description = following

    button.on_click(clicked)
    _display(ipywidgets.VBox([shown, button]))


def _display(widget: Any) -> None:
    """Show a widget. A notebook that is opened again has lost it, and shows the words in its
    place."""
    from IPython.display import display

    if not hasattr(widget, "_repr_mimebundle_"):  # older ipywidgets
        display(widget)
        return
    display({**widget._repr_mimebundle_(), "text/plain": _AGAIN}, raw=True)

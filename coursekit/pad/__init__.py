"""A pad to draw digits on: every classifier answers side by side, beside the 28x28 image that it
saw.

`DigitPad` is the widget, `read_drawing` what it does with a drawing, without a browser.
"""

from __future__ import annotations

from coursekit.pad.reading import Answer, Reading, read_drawing

__all__ = ["Answer", "DigitPad", "Reading", "read_drawing"]


def __getattr__(name: str):
    if name == "DigitPad":
        from coursekit.pad.widget import DigitPad

        return DigitPad
    raise AttributeError(f"module 'coursekit.pad' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""What the widgets share: one JavaScript file each, and a still picture for a notebook that is read
without its kernel."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from coursekit.errors import MissingDependencyError

_LIFE = Path(__file__).parent / "life.js"


def module(path: Path) -> str:
    """The JavaScript module of a widget as one file, for a notebook and for a site alike.

    Args:
        path: the widget's own source, which may use what `life.js` defines.
    """
    return f"{_LIFE.read_text(encoding='utf-8')}\n{path.read_text(encoding='utf-8')}"


def still_widget() -> type:
    """The base class of the widgets.

    Raises:
        MissingDependencyError: if anywidget is not installed.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MissingDependencyError(
            'What moves in a page needs anywidget: pip install anywidget, or the "labs" extra of '
            "coursekit."
        ) from error

    class StillWidget(anywidget.AnyWidget):
        """A widget with a still picture under it, which is seen where the widget does not run."""

        still = traitlets.Unicode("").tag(sync=True)  # class of the picture in the page

        def __init__(self, **kwargs: Any):
            super().__init__(still=f"coursekit-still-{uuid.uuid4().hex}", **kwargs)
            self._shown: Any = None

        def still_html(self) -> str:
            """The picture as HTML, with its alt text."""
            raise NotImplementedError

        def _ipython_display_(self) -> None:
            from IPython.display import HTML, display

            bundle = self._repr_mimebundle_()
            data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
            display(data, metadata=metadata, raw=True)
            self._shown = display(HTML(self._framed()), display_id=True)

        def _refresh_still(self) -> None:
            """Draw the picture again wherever it stands in the notebook."""
            if self._shown is not None:
                from IPython.display import HTML

                self._shown.update(HTML(self._framed()))

        def _framed(self) -> str:
            return (
                f'<figure class="coursekit-still {self.still}" style="margin:0">'
                f"{self.still_html()}<figcaption>A still picture. Run this cell again to make it "
                "move.</figcaption></figure>"
            )

    return StillWidget

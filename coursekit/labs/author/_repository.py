"""Where the course lives. A fork changes this one line; badges and install cells follow at the next
`coursekit labs build`."""

REPOSITORY = "coursekit/coursekit"
BRANCH = "main"


def colab_url(lab: str) -> str:
    """The address that opens the student notebook of `lab` in Colab."""
    return f"https://colab.research.google.com/github/{REPOSITORY}/blob/{BRANCH}/labs/{lab}/{lab}.ipynb"


def install_target() -> str:
    """What pip installs."""
    return f"coursekit @ git+https://github.com/{REPOSITORY}@{BRANCH}"

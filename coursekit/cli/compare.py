"""`coursekit compare`: several ways to classify the same images, one report."""

from __future__ import annotations

from coursekit.cli._parser import positive, seed

_EXAMPLES = """\
examples:
  coursekit compare                                        the embedded digits, all systems
  coursekit compare --data mnist --systems cnn,hog_mlp --seeds 3
  coursekit compare --data photos/ --train-sizes 50,100    a folder with one folder per class"""


def add_parser(commands) -> None:
    """Register the command."""
    from coursekit.comparison.systems import SYSTEMS

    parser = commands.add_parser(
        "compare",
        help="compare classifiers on one data set and write a report",
        description="Fit, time and evaluate several classifiers on the same images, test every "
        "pair, and write OUT/report.html.",
        epilog=_EXAMPLES,
    )
    parser.add_argument(
        "--data",
        default="digits",
        help="a data set of images (`coursekit data list` names them), FILE.npz or a FOLDER of "
        "class folders (default: digits)",
    )
    parser.add_argument(
        "--systems", type=_names, help=f"comma-separated: {', '.join(SYSTEMS)} (default: all)"
    )
    parser.add_argument(
        "--seed", type=seed, default=0, help="for everything that is drawn at random (default: 0)"
    )
    parser.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="train each system with N seeds and report how far its accuracy spreads (default: 1)",
    )
    parser.add_argument(
        "--out",
        default="out/compare",
        help="folder for report.html, report.json and figures (default: out/compare)",
    )
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "gpu", "tpu"), help="default: auto"
    )
    parser.add_argument("--limit", type=positive, help="keep only the first LIMIT training images")
    parser.add_argument(
        "--train-sizes",
        type=_sizes,
        default=(),
        help="comma-separated numbers of training images, drawn as curves: 100,300,1000",
    )
    parser.set_defaults(run=run)


def run(args) -> int:
    """Carry out the command. Cheap refusals come first: nothing heavy is imported for them."""
    import time

    from coursekit._files import writable
    from coursekit.comparison.systems import known_systems

    started = time.perf_counter()
    names = known_systems(args.systems)
    with writable(args.out):
        return _compare(args, names, started)


def _compare(args, names: list[str], started: float) -> int:
    import time

    from coursekit import datasets, devices

    data = datasets.load(args.data, limit=args.limit, seed=args.seed)
    device = devices.use(args.device)

    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    say = Text(data.name, style="bold")
    say.append(
        f": {len(data.x_train):,} training and {len(data.x_test):,} test images, "
        f"{len(data.class_names)} classes. Running on {device.kind.upper()} with {device.backend}.",
        style="not bold",
    )
    console.print(say)
    with console.status(f"starting {device.backend}") as status:
        devices.start_quietly()

        from coursekit.comparison import build_systems, compare

        def progress(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                console.print(Text(line))

        comparison = compare(
            build_systems(names, seed=args.seed),
            data,
            seed=args.seed,
            seeds=args.seeds,
            train_sizes=args.train_sizes,
            progress=progress,
        )
        progress("writing the report")
        written = comparison.save(args.out)
    _show(console, comparison)
    seconds = time.perf_counter() - started
    console.print(Text(f"\nReport: {written['report.html']}  ({seconds:.0f} s in all)"))
    return 0


def _show(console, comparison) -> None:
    """The table, its best system in colour, and how far training seeds move each."""
    from rich.text import Text

    heading, *lines = str(comparison).splitlines()
    console.print(Text(heading, style="dim"))
    for line, result in zip(lines, comparison.systems, strict=True):
        console.print(Text(line, style="bold green" if result is comparison.best else ""))
    for result in comparison.systems:
        if result.seed_spread is not None:
            accuracies = ", ".join(f"{accuracy:.2%}" for accuracy in result.seed_accuracies)
            console.print(
                Text(f"{result.title}: seeds {accuracies}; spread {100 * result.seed_spread:.2f}")
            )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _sizes(text: str) -> list[int]:
    return [positive(part) for part in text.split(",") if part.strip()]

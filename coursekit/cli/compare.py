"""`coursekit compare`: several ways to classify the same images, one report."""

from __future__ import annotations

import argparse


def add_parser(commands) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "compare",
        help="compare classifiers on one data set and write a report",
        description="Fit, time and evaluate several classifiers on the same images, test every "
        "pair, and write OUT/report.html.",
    )
    parser.add_argument(
        "--data",
        default="digits",
        help="digits, mnist, fashion_mnist, cifar10, FILE.npz or a FOLDER of class folders "
        "(default: digits)",
    )
    parser.add_argument(
        "--systems",
        type=_names,
        help="comma-separated: mlp, hog_linear_svm, hog_kernel_svm, hog_mlp, cnn (default: all)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="for everything that is drawn at random (default: 0)"
    )
    parser.add_argument(
        "--out",
        default="out/compare",
        help="folder for report.html, report.json and figures (default: out/compare)",
    )
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "gpu", "tpu"), help="default: auto"
    )
    parser.add_argument("--limit", type=_positive, help="keep only the first LIMIT training images")
    parser.add_argument(
        "--train-sizes",
        type=_sizes,
        default=(),
        help="comma-separated numbers of training images, drawn as curves: 100,300,1000",
    )
    parser.set_defaults(run=run)


def run(args) -> int:
    """Carry out the command."""
    import time

    started = time.perf_counter()
    from coursekit import devices
    from coursekit._files import ensure_writable

    ensure_writable(args.out)
    device = devices.use(args.device)

    from rich.console import Console

    from coursekit import datasets
    from coursekit.comparison import build_systems, compare

    console = Console()
    systems = build_systems(args.systems, seed=args.seed)
    data = datasets.load(args.data, limit=args.limit, seed=args.seed)
    console.print(
        f"[bold]{data.name}[/]: {len(data.x_train):,} training and {len(data.x_test):,} test "
        f"images, {len(data.class_names)} classes. "
        f"Running on {device.kind.upper()} with {device.backend}.",
        highlight=False,
        soft_wrap=True,
    )
    with console.status(f"starting {device.backend}") as status:
        devices.start_quietly()

        def progress(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                console.print(line, highlight=False, soft_wrap=True)

        comparison = compare(
            systems, data, seed=args.seed, train_sizes=args.train_sizes, progress=progress
        )
        progress("writing the report")
        written = comparison.save(args.out)
    console.print(str(comparison), highlight=False, soft_wrap=True)
    console.print(
        f"\nReport: {written['report.html']}  ({time.perf_counter() - started:.0f} s in all)",
        highlight=False,
        soft_wrap=True,
    )
    return 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _sizes(text: str) -> list[int]:
    return [_positive(part) for part in text.split(",") if part.strip()]


def _positive(text: str) -> int:
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, received {text!r}")
    return value

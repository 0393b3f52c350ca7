"""Draw the pictures of the documents, beside this script: what `trailmark` prints, charts, and pages of the dashboard.

python docs/pictures.py ROOT            # where ROOT holds the runs of `trailmark demo`
python docs/pictures.py ROOT pages      # only those: terminal, charts or pages

Charts need scikit-learn and vl-convert-python, pages Playwright and Chromium.
"""

from __future__ import annotations

import fcntl
import io
import os
import platform
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTH = 104  # characters
PAGE_SIZE = {"width": 1360, "height": 850}
PALETTE = 256  # colours of a page's picture, which has few; it is a fraction of the size then
PATIENCE_MS = 120_000
SETTLED = "() => ![...document.querySelectorAll('[role=status]')].some((each) => each.textContent.includes('Loading'))"
# Puts other words in the place of some, wherever they stand on a page.
ANONYMOUS = """(words) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    for (const [here, shown] of words) texts.currentNode.data = texts.currentNode.data.replaceAll(here, shown);
}"""
PICTURES = {
    "ls": ["ls", "demo", "--columns", "name,state,val/accuracy.max,val/loss.best,config.hidden_layer_sizes,runtime"],
    "show": ["show", "demo/deep", "--plot", "train/batch_loss"],
}


def printed(command: list[str]) -> str:
    """Return what a command prints in a terminal, colours included."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
    with subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside) as process:
        os.close(inside)
        parts = []
        try:
            while part := os.read(terminal, 1 << 16):
                parts.append(part)
        except OSError:  # the program closed the terminal
            pass
        assert process.wait() == 0, b"".join(parts)
    os.close(terminal)
    return b"".join(parts).decode().replace("\r\n", "\n")


def charts() -> None:
    """Draw the confusion matrix and the curves of a classifier that has something to confuse."""
    import numpy as np
    import vl_convert
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    from trailmark import plot

    pixels, digits = load_digits(return_X_y=True)
    pixels = pixels + np.random.default_rng(0).normal(scale=7, size=pixels.shape)
    train, test, y_train, y_test = train_test_split(pixels, digits, test_size=0.5, random_state=0)
    scores = LogisticRegression(C=1e-3, max_iter=1000).fit(train, y_train).predict_proba(test)
    parts = [
        plot.confusion_matrix(scores, y_test, title="").to_vega(),
        plot.roc_curve(y_test, scores, classes_to_plot=[0, 1, 8, 9], title="").to_vega(),
    ]
    config = parts[0]["config"]
    for part, size in zip(parts, ({"step": 34}, 340), strict=True):
        part.update(width=size, height=size, data={"values": part["datasets"]["table"]})
        for name in ("autosize", "background", "config", "datasets"):
            part.pop(name, None)
    parts[1]["layer"].pop()  # the points that follow the pointer, of which a picture has none
    joined = {"hconcat": parts, "config": config, "background": "transparent", "spacing": 40}
    svg = vl_convert.vegalite_to_svg(joined, vl_version="5.21")
    # What each cell is, told for each cell, would be half of the file; the page has a text for the whole picture.
    (Path(__file__).parent / "charts.svg").write_text(re.sub(r' (aria-\w+|role)="[^"]*"', "", svg))


def addresses(root: Path) -> dict[str, str]:
    """Return the pages that are shown, by the name of their picture."""
    from trailmark import Api

    runs = {run.name: run for run in Api(root).runs("demo")}
    deep, wide = runs["deep"], runs["wide"]
    run = f"p/demo/runs/{deep.id}"
    return {
        "home": "",
        "workspace": "p/demo",
        "table": "p/demo/table",
        "run": run,
        "charts": f"{run}/charts",
        "logs": f"{run}/logs",
        "artifact": "p/demo/artifacts/digits-mlp",
        "compare": f"p/demo/compare?runs={deep.id},{wide.id},{runs['fast'].id}",
    }


def anonymous(root: Path) -> list[tuple[str, str]]:
    """Return what is only so on the machine that draws the pictures, and what is shown for it."""
    home = "/home/me/digits"
    return [
        (str(root.absolute()), f"{home}/trailmark-runs"),
        (sys.prefix, f"{home}/.venv"),
        (socket.gethostname(), "workstation"),
        (platform.platform(), "Linux-6.12-x86_64"),
    ]


def pages(root: Path) -> None:
    """Take pictures of the pages of the dashboard, light and dark."""
    from playwright.sync_api import sync_playwright

    ui = ["ui", "--no-browser", "--no-token", "--port", "0"]
    command = [sys.executable, "-m", "trailmark", "--root", str(root), *ui]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().rstrip("\n").partition("\t")[2]
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for theme in ("light", "dark"):
                page = browser.new_context(viewport=PAGE_SIZE, color_scheme=theme).new_page()  # type: ignore[arg-type]
                page.set_default_timeout(PATIENCE_MS)
                for name, path in addresses(root).items():
                    _keep(_picture(page, url + path, anonymous(root)), f"ui-{name}-{theme}.png")
            browser.close()
        finally:
            server.send_signal(signal.SIGINT)


def _picture(page: Page, address: str, shown: list[tuple[str, str]]) -> bytes:
    page.goto(address)
    page.get_by_role("main").wait_for()
    page.wait_for_timeout(1500)  # what a page asks for in turn has begun by then
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(1000)  # and is drawn
    page.evaluate(ANONYMOUS, shown)
    return page.screenshot()


def _keep(png: bytes, name: str) -> None:
    """Write a picture with few colours."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGB")
    # The other methods give up colours of few pixels, as those of runs are; k-means brings those of large areas back.
    image = image.quantize(PALETTE, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    image.save(Path(__file__).parent / name, optimize=True)


def terminal(root: Path) -> None:
    """Draw what commands print in a terminal."""
    for name, arguments in PICTURES.items():
        text = printed([sys.executable, "-m", "trailmark", "--root", str(root), *arguments])
        console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
        console.print(Text.from_ansi(f"$ trailmark {' '.join(arguments[:2])}\n{text.rstrip()}"))
        svg = console.export_svg(title=f"trailmark {arguments[0]}", unique_id=name)
        # Fonts from the network are not for a file that is looked at offline: the viewer's own will do.
        (Path(__file__).parent / f"{name}.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


def main() -> None:
    """Draw the pictures that are asked for, or all; those of runs from the root that is given."""
    place, *chosen = sys.argv[1:]
    root = Path(place)
    if not chosen or "terminal" in chosen:
        terminal(root)
    if not chosen or "charts" in chosen:
        charts()
    if not chosen or "pages" in chosen:
        pages(root)


if __name__ == "__main__":
    main()

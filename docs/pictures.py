"""Draw the pictures of the documents, as SVG files beside this script: what `trailmark` prints, and charts.

python docs/pictures.py ROOT      # where ROOT holds the runs of `trailmark demo`

Charts need scikit-learn and vl-convert-python.
"""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 104  # characters
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


def main() -> None:
    """Draw all pictures, those of the terminal from the runs in the root that is given."""
    charts()
    for name, arguments in PICTURES.items():
        text = printed([sys.executable, "-m", "trailmark", "--root", sys.argv[1], *arguments])
        console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
        console.print(Text.from_ansi(f"$ trailmark {' '.join(arguments[:2])}\n{text.rstrip()}"))
        svg = console.export_svg(title=f"trailmark {arguments[0]}", unique_id=name)
        # Fonts from the network are not for a file that is looked at offline: the viewer's own will do.
        (Path(__file__).parent / f"{name}.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    main()

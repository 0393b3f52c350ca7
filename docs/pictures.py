"""Draw the pictures of the documents: what `trailmark` prints in a terminal, as SVG files beside this script.

python docs/pictures.py ROOT      # where ROOT holds the runs of `trailmark demo`
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


def main() -> None:
    """Draw all pictures from the runs in the root that is given."""
    for name, arguments in PICTURES.items():
        text = printed([sys.executable, "-m", "trailmark", "--root", sys.argv[1], *arguments])
        console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
        console.print(Text.from_ansi(f"$ trailmark {' '.join(arguments[:2])}\n{text.rstrip()}"))
        svg = console.export_svg(title=f"trailmark {arguments[0]}", unique_id=name)
        # Fonts from the network are not for a file that is looked at offline: the viewer's own will do.
        (Path(__file__).parent / f"{name}.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    main()

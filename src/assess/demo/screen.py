"""What is said on the terminal while the play goes on."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

LABEL = 13


class Screen:
    """Lines with a label in front; a progress bar or a spinner while something takes long."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def done(self, label: str, said: str) -> None:
        """A step that is done."""
        self.say(label, Text(said), mark="✓")

    def say(self, label: str, said: RenderableType, *, mark: str = " ") -> None:
        """A line, or several, beside a label."""
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(width=1, style="green")
        row.add_column(width=LABEL, style="bold")
        row.add_column(overflow="fold")
        row.add_row(mark, label, said)
        self._console.print(row)

    def heading(self, text: str) -> None:
        """The name of a part, after an empty line."""
        self._console.print(Text(f"\n{text}", style="bold"))

    def plain(self, text: str) -> None:
        """A line to be copied: never wrapped, never styled."""
        self._console.print(Text(text), soft_wrap=True)

    @contextlib.contextmanager
    def working(self, label: str, said: str) -> Iterator[None]:
        """A spinner while the block runs, then the step is done."""
        with self._console.status(f"{label}…"):
            yield
        self.done(label, said)

    @contextlib.contextmanager
    def answering(self, people: int) -> Iterator[Callable[[float], None]]:
        """A progress bar over ``people``; call what is yielded with each share of one person that is done."""
        answers, quiet = 0, not self._console.is_terminal
        columns = (
            TextColumn("people answer"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[answers]} answers"),
        )
        with Progress(
            SpinnerColumn(), *columns, TimeElapsedColumn(), console=self._console, transient=True, disable=quiet
        ) as progress:
            task = progress.add_task("", total=people, answers=0)

            def tapped(share: float) -> None:
                nonlocal answers
                answers += 1
                progress.update(task, advance=share, answers=answers)

            yield tapped
        self.done("answers", f"{people} people opened their link and gave {answers} answers, one by one")

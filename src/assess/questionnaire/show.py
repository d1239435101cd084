"""What ``assess questionnaire lint|show|digest|schema`` say: functions that give the text to print."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from assess.questionnaire.budget import minutes
from assess.questionnaire.checking import check_json, check_yaml
from assess.questionnaire.file_schema import file_schema_json
from assess.questionnaire.files import REGISTER, published_toml, read_yaml
from assess.questionnaire.flaw import refused, sentence
from assess.questionnaire.model import Item, Questionnaire, digest_of
from assess.words import Language, said

SCHEMA = "questionnaire.schema.json"


def lint_files(paths: Iterable[Path]) -> tuple[str, int]:
    """One line for each flaw, then a line for each file; exit code 1 when a file has an error. Raises OSError."""
    lines: list[str] = []
    invalid = 0
    for path in paths:
        verdict = (check_json if path.suffix == ".json" else check_yaml)(path.read_bytes())
        lines += [f"{flaw.severity}: {sentence(flaw, str(path))}" for flaw in verdict.problems]
        errors = sum(flaw.severity == "error" for flaw in verdict.problems)
        lines.append(f"{path}: {errors} errors, {len(verdict.problems) - errors} warnings")
        invalid |= not verdict.valid
    return "\n".join(lines), int(invalid)


def show(what: str, folder: Path, language: Language | None = None) -> str:
    """A questionnaire as people read it, from a file or a published ``key@version``; raises FileRefused."""
    questionnaire = read_yaml(_path_of(what, folder), Questionnaire)
    spoken = language or questionnaire.languages[0]
    if spoken not in questionnaire.languages:
        languages = ", ".join(questionnaire.languages)
        raise refused("missing_language", f"It is written in {languages}", ("languages",), received=spoken)
    return "\n".join(_lines(questionnaire, spoken))


def write_digests(folder: Path) -> str:
    """Add the digests of new versions to ``published.toml``; raises FileRefused if a published one has changed."""
    (folder / REGISTER).write_text(published_toml(folder), "utf-8")
    return f"{folder / REGISTER} is up to date"


def write_schema(folder: Path) -> str:
    """Write the JSON Schema of the file format."""
    (folder / SCHEMA).write_text(file_schema_json(), "utf-8")
    return f"{folder / SCHEMA} is up to date"


def _path_of(what: str, folder: Path) -> Path:
    key, at, version = what.partition("@")
    path = folder / key / f"{version}.yaml" if at else Path(what)
    if not path.is_file():
        raise refused("no_such_file", f"There is no file {path}", received=what, example="acquisition@1.0.0")
    return path


def _lines(questionnaire: Questionnaire, language: Language) -> Iterator[str]:
    items = list(questionnaire.items())
    yield f"{said(questionnaire.title, language)} ({questionnaire.key} {questionnaire.version})"
    yield f"{len(items)} items, {minutes(items)} min, digest {digest_of(questionnaire)}"
    yield said(questionnaire.introduction, language)
    for process in questionnaire.processes:
        yield f"\n# {said(process.title, language)} [{process.key}]"
        for step in process.steps:
            yield f"\n## {said(step.title, language)} [{step.key}, weight {step.weight:g}, {step.owner_role}]"
            for item in step.items:
                yield from _item_lines(item, language)
        yield "\n## KPI" if process.kpis else ""
        for item in process.kpis:
            yield from _item_lines(item, language)


def _item_lines(item: Item, language: Language) -> Iterator[str]:
    flags = [name for name in ("gate", "express", "sensitive") if getattr(item, name)]
    yield f"\n{said(item.label, language)} [{', '.join([item.key, f'weight {item.weight:g}', *flags])}]"
    yield f"  {said(item.text, language)}"
    for level in item.levels:
        yield f"  {level.ordinal}. {said(level.text, language)}"

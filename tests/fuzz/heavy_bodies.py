"""Bodies at the limits of size, that are refused; see ``test_many_rows.py`` for those that are taken."""

import random

_PEOPLE = b"name,email,language,perspective,team\n"
_ANSWERS = b"team,respondent,item,answer\n"
_MEASURES = b"team,kpi,period_end,value,measured_on\n"
_MANY_OBJECTS = b"[" + b"{}," * 300_000 + b"{}]"


def heavy(luck: random.Random) -> dict[str, list[bytes]]:
    """A few for each operation that takes such."""
    name = b"a" * 110
    people = b"".join(b"%s,ana%d@example.com,fr,member,atelier\n" % (name, n // 2) for n in range(12_000))
    teams = b"".join(b"k%d,Team\n" % n for n in range(50_001))
    answers = b"".join(b"atelier,%s%d,off-listen-insight,3\n" % (name, n) for n in range(12_000))
    noise = luck.randbytes(2 * 1024 * 1024)
    return {
        "importPeople": [_PEOPLE + people, noise, b" " * (2 * 1024 * 1024 + 1)],
        "importResponses": [_ANSWERS + answers, _ANSWERS + answers.replace(b",3", b",33"), _MANY_OBJECTS],
        "importMeasures": [
            _MEASURES + b"atelier,kpi-off-cocreation,2025-03-31,5,2025-04-03\n" * 10_000,
            _MANY_OBJECTS,
            noise,
        ],
        "importTeams": [b"key,name\n" + teams, _MANY_OBJECTS, noise],
        "createTeam": [b'{"key":"' + b"a" * 250_000 + b'"}', b" " * (256 * 1024 + 1), b"1" * 250_000],
        "chooseAssessments": [b'{"items":[' + b"{}," * 60_000 + b"{}]}"],
        "validateQuestionnaire": [b"[" + b"[]," * 300_000 + b"[]]", noise],
        "saveAnswer": [b'{"a":' * 40_000],
    }

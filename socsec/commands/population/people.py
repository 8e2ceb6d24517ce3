"""One chunk of invented people as columns; no database here.

Everything about a person follows from the person's number and the seed. The number is written in
base 100: its last two digits say what sort of person it is, the rest counts within the sort, so
that identity numbers never repeat, however large the population and however often it grows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

EMPLOYEE, OWN_ACCOUNT, PENSIONER, OTHER = 1, 2, 3, 4
SORTS = np.array([EMPLOYEE] * 60 + [OWN_ACCOUNT] * 15 + [PENSIONER] * 20 + [OTHER] * 5)

# Where the files lie, the busier places named more often; all have published limits for 2025.
PLACES = ("110105", "110108", "110105", "310115", "310101", "310115", "440100", "440100")
# No such counties: no living person's number begins like this.
COUNTIES = ("119999", "319999", "449999")

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海波斌宇浩凯健俊帆雪荣爱琴春梅云莲辉欣怡佳慧琳婷雯颖倩思雨晨曦子轩梓涵一诺"

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.array(list("10X98765432"))
_BIRTHS = {  # first and last possible birth date; no two sorts share a day
    EMPLOYEE: ("1977-01-01", "1996-12-31"),
    OWN_ACCOUNT: ("1997-01-01", "2004-12-31"),
    PENSIONER: ("1941-01-01", "1964-12-31"),
    OTHER: ("2009-01-01", "2024-12-31"),
}
_STRIDE = 7919  # a prime: walks through all days of a range before it comes back


@dataclass(frozen=True)
class Chunk:
    """People as columns: `number` the person number, `sort` one of the four, `born` a day."""

    number: Array
    sort: Array
    man: Array
    born: Array
    resident_id: Array
    name: Array
    place: Array  # place in PLACES


def chunk(first: int, count: int, seed: int) -> Chunk:
    """`count` people from the person number `first` on."""
    number = np.arange(first, first + count, dtype=np.int64)
    random = np.random.default_rng([seed, first])
    sort = SORTS[number % 100]
    man = random.integers(0, 2, count).astype(bool)
    born, round_ = _birth(number, sort)
    county = np.array(COUNTIES)[round_ % len(COUNTIES)]
    serial = 2 * (round_ // len(COUNTIES)) + man
    if int(serial.max(initial=0)) > 999:
        raise ValueError("more people than there are identity numbers")
    return Chunk(
        number,
        sort,
        man,
        born,
        resident_ids(county, born, serial),
        _names(random, count),
        random.integers(0, len(PLACES), count),
    )


def resident_ids(county: Array, born: Array, serial: Array) -> Array:
    """Eighteen digits each, the last one computed (GB 11643-1999)."""
    day = np.char.replace(born.astype("datetime64[D]").astype(str), "-", "")
    body = np.char.add(np.char.add(county, day), np.char.zfill(serial.astype(str), 3))
    digits = body.view("U1").reshape(len(body), -1)[:, :17].astype(np.int64)
    return np.char.add(body, _CHECKS[(digits @ _WEIGHTS) % 11])


def cards(number: Array) -> Array:
    """A bank card for each person number: nineteen digits, the last one by Luhn."""
    body = np.char.add("621799", np.char.zfill(number.astype(str), 12))
    digits = body.view("U1").reshape(len(body), -1).astype(np.int64)
    doubled = digits[:, ::-1] * (1 + (np.arange(digits.shape[1]) % 2 == 0))
    check = -(doubled // 10 + doubled % 10).sum(axis=1) % 10
    return np.char.add(body, check.astype(str))


def _birth(number: Array, sort: Array) -> tuple[Array, Array]:
    """A day of birth, and how often that day was given before within the sort."""
    born = np.empty(len(number), dtype="datetime64[D]")
    round_ = np.empty(len(number), dtype=np.int64)
    for kind, (first, last) in _BIRTHS.items():
        start = np.datetime64(first)
        days = int((np.datetime64(last) - start).astype(int)) + 1
        mine = sort == kind
        within = np.cumsum(kind == SORTS)  # the place of each residue among those of its sort
        place = number[mine] // 100 * within[-1] + within[number[mine] % 100] - 1
        born[mine] = start + place * _STRIDE % days
        round_[mine] = place // days
    return born, round_


def _names(random: np.random.Generator, count: int) -> Array:
    surname = np.array(list(SURNAMES))[random.integers(0, len(SURNAMES), count)]
    given = np.array(list(GIVEN))[random.integers(0, len(GIVEN), (2, count))]
    second = np.where(random.integers(0, 4, count) > 0, given[1], "")
    return np.char.add(np.char.add(surname, given[0]), second)

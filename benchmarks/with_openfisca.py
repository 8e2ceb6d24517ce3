"""The employees' old-age pension in openfisca-core: `PYTHON with_openfisca.py FACTS AMOUNTS`.

Runs by itself, under a Python that has openfisca-core. FACTS is an .npz file with a column for each
fact and the law of the place, in natural units. Prints seconds, and writes the amounts in fen.
"""

import sys
import time

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2025-11"
Person = build_entity(key="person", plural="persons", label="Person", is_person=True)
LAW = {}


def variable(name, **more):
    body = {"value_type": float, "entity": Person, "definition_period": MONTH, "label": name}
    return type(name, (Variable,), body | more)


def formula(function):
    return variable(function.__name__, formula=function)


@formula
def years(person, period):
    return np.round((person("months_paid", period) + person("months_deemed", period)) / 12, 4)


@formula
def indexed_wage(person, period):
    return np.round(LAW["base"] * person("average_index", period), 2)


@formula
def basic(person, period):
    mean = (LAW["base"] + person("indexed_wage", period)) / 2
    return np.round(mean * person("years", period) * LAW["accrual_rate"], 2)


@formula
def payout_months(person, period):
    age = person("age", period)
    birthdays = np.floor(age / 12)
    here = LAW["divisors"][(birthdays - 40).astype(int)]
    following = LAW["divisors"][(birthdays - 39).astype(int)]
    return np.round(here - (here - following) / 12 * (age - birthdays * 12), 1)


@formula
def account(person, period):
    return np.round(person("account_balance", period) / person("payout_months", period), 2)


@formula
def transitional(person, period):
    before = np.round(person("months_deemed", period) / 12, 4)
    return np.round(person("indexed_wage", period) * before * LAW["general_rate"], 2)


@formula
def pension(person, period):
    parts = ("basic", "account", "transitional")
    return sum(person(part, period) for part in parts)


FACTS = ("months_paid", "months_deemed", "average_index", "account_balance", "age")


def main(path, answer):
    given = np.load(path)
    LAW.update({name: given[name] for name in ("base", "accrual_rate", "divisors", "general_rate")})
    system = TaxBenefitSystem([Person])
    for each in FACTS:
        system.add_variable(variable(each))
    for each in (years, indexed_wage, basic, payout_months, account, transitional, pension):
        system.add_variable(each)
    seconds = []
    for _ in range(3):
        simulation = SimulationBuilder().build_default_simulation(system, len(given["age"]))
        begun = time.perf_counter()
        for name in FACTS:
            simulation.set_input(name, PERIOD, given[name])
        amounts = simulation.calculate("pension", PERIOD)
        seconds.append(time.perf_counter() - begun)
    np.save(answer, np.round(amounts.astype(float) * 100).astype(np.int64))
    print(min(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])

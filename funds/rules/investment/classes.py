"""The classes of assets that every set of limits is written in."""

from socsec.kernel.units import Choice


class AssetClass(Choice):
    """What an instrument is to the limits (国发〔2015〕48号第三十四条至第三十七条)."""

    MONEY = 1, "流动性资产（活期存款、一年期以内存款和国债、货币基金）", "Money and short paper"
    DEPOSIT = 2, "一年期以上存款", "Term deposits over a year"
    GOVERNMENT = 3, "国债、地方政府债券、政策性金融债", "Government and policy bank bonds"
    CREDIT = 4, "企业（公司）债、金融债等信用债", "Corporate and financial bonds"
    EQUITY = 5, "股票、股票基金、混合基金", "Equities and equity funds"
    PROJECT = 6, "国家重大项目和重点企业股权", "State projects and key enterprises"
    PRIVATE = 7, "其他未上市股权", "Other private equity"
    REPO = 8, "债券正回购融入资金", "Borrowed by repo"
    INDEX_FUTURES = 9, "卖出股指期货合约", "Index futures sold"
    BOND_FUTURES = 10, "卖出国债期货合约", "Bond futures sold"


# What is owed lowers the value of a portfolio; futures are settled in cash every day and add nothing.
OWED = frozenset({AssetClass.REPO})
OFF_BALANCE = frozenset({AssetClass.INDEX_FUTURES, AssetClass.BOND_FUTURES})

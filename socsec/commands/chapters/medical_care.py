"""Medical care: a catalogue in force, a hospital and a pharmacy, a pensioner's cover and account."""

from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone

from enrollment.models import Category, Person, Purpose
from enrollment.services import cover
from enrollment.services.people import bank_account
from enrollment.services.people import person as people
from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import (
    Away,
    Care,
    Catalogue,
    Encounter,
    GroupList,
    GroupMethod,
    ItemKind,
    Level,
    Provider,
    ProviderKind,
    Reimbursement,
)
from medical.services import bill_paper, catalogue, reimbursing, reversing, settling
from medical.services.catalogue.sheets import layout_of
from medical.services.cover import diseases, filings, sharing
from medical.services.grouping import budgets, lists, releasing, stays
from medical.services.paying import accounts, advances
from medical.services.providers import agreements, prices, register
from medical.services.settling import Choice
from socsec.commands.village import LAST, PUDONG, SHANGHAI, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, month_of
from socsec.kernel.regions import NATION
from socsec.office import spreadsheets
from socsec.office.models import Case
from socsec.office.services import jobs, run, work

CHENGDU = "510100"
OLD, NEW = date(2025, 1, 1), date(2026, 7, 1)
DRUGS = [
    {
        "code": "XA02BA01",
        "name": "奥美拉唑肠溶胶囊",
        "item_class": "甲",
        "unit": "盒",
        "price_limit": "18.60",
    },
    {
        "code": "XC08CA01",
        "name": "氨氯地平片",
        "item_class": "甲",
        "unit": "盒",
        "price_limit": "6.20",
    },
    {
        "code": "XA10BA02",
        "name": "二甲双胍片",
        "item_class": "乙",
        "share_employees": "5%",
        "unit": "盒",
    },
    {
        "code": "XL01EA01",
        "name": "伊马替尼片",
        "item_class": "乙",
        "share_employees": "10%",
        "price_limit": "872.00",
        "negotiated": "是",
        "dual_channel": "是",
    },
]
# Half a year later a price falls, a drug is new, and another is left out.
CHANGED = [DRUGS[0], DRUGS[1], {**DRUGS[3], "price_limit": "760.00"}]
CHANGED.append(
    {
        "code": "XA10BK01",
        "name": "达格列净片",
        "item_class": "乙",
        "share_employees": "10%",
        "unit": "盒",
    }
)
DISEASES = [
    {"code": "I10.x00", "name": "高血压病", "special": "是"},
    {"code": "E11.900", "name": "2型糖尿病", "special": "是"},
    {"code": "C50.900", "name": "乳腺恶性肿瘤", "sex": "女", "listed": "是", "special": "是"},
]
PRICES = [
    {
        "local_code": "D001",
        "name": "氨氯地平片5mg",
        "kind": "药品",
        "code": "XC08CA01",
        "price": "6.80",
    },
    {
        "local_code": "D002",
        "name": "奥美拉唑胶囊",
        "kind": "药品",
        "code": "XA02BA01",
        "price": "17.90",
    },
    {
        "local_code": "D003",
        "name": "院内自制止咳合剂",
        "kind": "药品",
        "code": "",
        "price": "12.00",
    },
]


DAYS_AGO = 9
GROUPS = [
    {"code": "FR29", "name": "高血压", "weight": "0.52", "mean": "6200"},
    {"code": "FM19", "name": "经皮心血管操作", "weight": "2.36", "mean": "31800"},
    {"code": "KS19", "name": "糖尿病", "weight": "0.61", "mean": "7400"},
    {"code": "QY", "name": "歧义病组", "weight": "0.5", "mean": "6000", "stable": "否"},
]


def medical_care(village: Village) -> None:
    """Catalogues, providers, care away from home, a disease to register, a shared account."""
    fund.establish(Branch.MEDICAL, Scheme.EMPLOYEES, SHANGHAI, since=OLD)
    _catalogue(village, Catalogue.DRUGS, DRUGS, OLD)
    _catalogue(village, Catalogue.DIAGNOSES, DISEASES, OLD)
    # The next edition waits for the second person, with what it changes.
    _catalogue(village, Catalogue.DRUGS, CHANGED, NEW, approve=False)
    _providers(village)
    daughter = _pensioner(village)
    _bills(village, daughter)
    _groups(village)
    _cash(village, daughter)


def _catalogue(
    village: Village, kind: Catalogue, rows: list[dict[str, str]], day: date, approve: bool = True
) -> None:
    with spreadsheets.write(layout_of(kind), rows) as file:
        edition, job = catalogue.hand_in(
            by=village.by("policy"),
            region=NATION,
            kind=kind,
            from_date=day,
            whole=True,
            document="国家医保目录（示例）",
            file=file,
            filename="目录.xlsx",
        )
    jobs.work(job.pk)
    if approve:
        edition.refresh_from_db()
        catalogue.approve(by=village.by("policy2"), edition=edition)


def _providers(village: Village) -> None:
    clerk, checker = village.by("intake"), village.by("reviewer")
    hospital = register.enroll(
        by=clerk,
        code="H31011500001",
        name="塘柳人民医院",
        kind=ProviderKind.HOSPITAL,
        level=Level.SECOND,
        region=PUDONG,
        address="塘柳镇柳荫路18号",
        phone="021-50000018",
    )
    pharmacy = register.enroll(
        by=clerk,
        code="P31011500002",
        name="杏林春大药房",
        kind=ProviderKind.PHARMACY,
        level=Level.PHARMACY,
        region=PUDONG,
        address="塘柳镇柳荫路20号",
    )
    register.set_department(
        by=clerk, provider=hospital, code="0302", name="心血管内科", from_date=OLD, until=None
    )
    visits = [Care.OUTPATIENT, Care.EMERGENCY, Care.SPECIAL, Care.INPATIENT, Care.TWO_DISEASES]
    for provider, care in ((hospital, visits), (pharmacy, [Care.PHARMACY, Care.NEGOTIATED])):
        made = agreements.propose(
            by=clerk,
            provider=provider,
            from_date=OLD,
            until=date(2027, 12, 31),
            care=care,
            document=f"医协-{provider.code[-4:]}",
        )
        agreements.decide(by=checker, agreement=made, approve=True)
    _prices(village, hospital)
    _money(village, hospital)
    agreements.sanction(
        by=village.by("assessor"),
        provider=pharmacy,
        kind="warning",
        from_date=timezone.localdate(),
        until=None,
        reason="处方留存不全",
        law="医疗保障基金使用监督管理条例第三十九条",
    )


def _bills(village: Village, daughter: Person) -> None:
    """The pensioner was seen twice, his daughter once, on his account; what was settled by mistake
    is taken back and settled anew, from the account as far as it holds. A colleague has to decide
    whether the daughter's bill is taken back too; the first has its printed sheet."""
    chen, own, family = village.souls["chen"], Choice(own=True), Choice(family=True)
    first = _seen(village, chen, "门诊-0001", 6, 860_00, Choice())
    hers = _seen(village, daughter, "门诊-0003", 4, 150_00, family)
    visit = _seen(village, chen, "门诊-0002", 2, 1_240_00, Choice())
    clerk = village.by("assessor")
    settling.reverse(by=clerk, encounter=visit, reason="漏传一项费用")
    settling.settle(by=clerk, encounter=visit, pay_from=own)
    first.refresh_from_db()
    bill_paper.issue(by=clerk, encounter=first)
    reversing.propose(by=clerk, encounter=hers, reason="讲座资料费重复收取")


def _cash(village: Village, daughter: Person) -> None:
    """The daughter paid an emergency in Chengdu in cash: granted but for one line, and ordered. Her
    father hands his receipt in at the portal, which looks like hers."""
    day = timezone.localdate() - timedelta(days=5)
    clerk, maker = village.by("intake"), village.by("assessor")
    bank_account.set(
        by=clerk,
        person=daughter,
        purpose=Purpose.BENEFIT,
        holder=daughter.name,
        bank="中国农业银行成都支行",
        account="6228480000007622",
    )
    said = reimbursing.Said(
        cause=Reimbursement.Cause.EMERGENCY,
        care=Care.EMERGENCY,
        provider_name="成都锦城医院",
        provider_code="H51010000007",
        level=Level.THIRD,
        place=CHENGDU,
        from_date=day,
        until=day,
        diagnosis="I10.x00",
    )
    paper = reimbursing.Paper(code="51010126", number="0004471902", issued_on=day, amount=1_906_00)
    hers = reimbursing.open_claim(
        by=clerk, person=daughter, said=said, invoice=paper, channel=Case.Channel.COUNTER
    )
    reimbursing.enter_lines(
        by=maker,
        claim=hers,
        text=f"{day};药品;XC08CA01;氨氯地平片;30;6.20\n"
        f"{day};药品;;奥美拉唑肠溶胶囊;90;18.60\n{day};药品;;陪护床租用;1;46",
    )
    reimbursing.strike(
        by=maker, claim=hers, number=3, refusal="not_for_it", text="陪护床不属于医疗费用"
    )
    reimbursing.assess(by=maker, claim=hers, text="急诊病历、票据和清单相符")
    reimbursing.grant(by=village.by("reviewer"), claim=hers)
    reimbursing.order(by=village.by("accountant"))
    his = reimbursing.open_claim(
        by=village.portal["chen"],
        person=village.souls["chen"],
        said=replace(said, provider_code="", level=None),
        invoice=replace(paper, code="51010127"),
        channel=Case.Channel.PORTAL,
    )
    reimbursing.enter_lines(
        by=maker,
        claim=his,
        text=f"{day};药品;;奥美拉唑肠溶胶囊;100;18.60\n{day};药品;;病历工本;1;46",
    )
    reimbursing.strike(by=maker, claim=his, number=2, refusal="not_shown")


def _seen(
    village: Village,
    who: Person,
    number: str,
    days: int,
    amount: int,
    pay_from: Choice,
    care: Care = Care.OUTPATIENT,
) -> Encounter:
    """A visit some days ago, settled."""
    clerk = village.by("assessor")
    today = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    day = today - timedelta(days=days)
    visit = settling.admit(
        by=clerk,
        provider=Provider.objects.get(code="H31011500001"),
        person=who,
        number=number,
        care=care,
        opened_at=day,
        department="0302",
        doctor="苏大夫",
        diagnosis="I10.x00",
    )
    lines = [
        ("1", "XC08CA01", "氨氯地平片", 10, 6_80),
        ("2", "", "健康讲座资料", 1, 20_00),
        ("3", "XA02BA01", "奥美拉唑肠溶胶囊", 1, amount - 88_00),
    ]
    charges = [
        settling.Charge(
            number=place,
            day=day.date(),
            kind=ItemKind.DRUG,
            code=code,
            name=name,
            quantity=boxes * 10_000,
            price=fen * 100,
            amount=boxes * fen,
        )
        for place, code, name, boxes, fen in lines
    ]
    settling.charge(by=clerk, encounter=visit, charges=charges)
    settling.discharge(by=clerk, encounter=visit, closed_at=day.replace(hour=11))
    settling.settle(by=clerk, encounter=visit, pay_from=pay_from)
    return visit


def _money(village: Village, hospital: Provider) -> None:
    """Where the hospital is paid, and an advance that waits for the second person."""
    account = accounts.enter(
        by=village.by("intake"),
        provider=hospital,
        holder="塘柳人民医院",
        bank="中国农业银行塘柳支行",
        account="622848000000000318",
    )
    accounts.decide(by=village.by("reviewer"), account=account, approve=True)
    advances.propose(
        by=village.by("accountant"),
        provider=hospital,
        scheme=Scheme.EMPLOYEES,
        amount=50_000_00,
        settle_from=month_of(timezone.localdate()) + 1,
        reason="按协议预拨一个月周转金",
    )


def _groups(village: Village) -> None:
    """This year's groups and budget are in force, next year's groups and a score wait for the second
    person; the pensioner had a stay, whose group the hospital told."""
    clerk, checker = village.by("assessor"), village.by("reviewer")
    hospital = Provider.objects.get(code="H31011500001")
    year = (
        timezone.localdate() - timedelta(days=DAYS_AGO)
    ).year  # that of the stay, in January too
    made = [_list(village, year), _list(village, year + 1)]
    lists.decide_list(by=checker, row=made[0], approve=True)
    budget = budgets.propose(
        by=village.by("accountant"),
        region=SHANGHAI,
        scheme=Scheme.EMPLOYEES,
        year=year,
        amount=12_000_000_00,
        stays=7_000_000_00,
        value=10_800_0000,
        document=f"{year}年总额预算方案",
        parts=[budgets.Part(provider=hospital.code, amount=9_600_000_00, coefficient=1_020_000)],
    )
    budgets.decide_budget(by=checker, row=budget, approve=True)
    stay = _seen(
        village, village.souls["chen"], "住院-0004", DAYS_AGO, 5_480_00, Choice(), Care.INPATIENT
    )
    stays.tell(by=clerk, encounter=stay, code="FR29")
    releasing.enter_score(
        by=clerk, provider=hospital, year=year - 1, score=92_5000, document="年度考核结果通报"
    )


def _list(village: Village, year: int) -> GroupList:
    with spreadsheets.write(lists.LAYOUT, GROUPS) as file:
        return lists.hand_in(
            by=village.by("assessor"),
            region=SHANGHAI,
            year=year,
            method=GroupMethod.DRG,
            mean_all=11_900_00,
            document=f"{year}年病组目录（示例）",
            file=file,
        )


def _prices(village: Village, provider: Provider) -> None:
    with spreadsheets.write(prices.LAYOUT, PRICES) as file:
        job = prices.hand_in(
            by=village.by("intake"), provider=provider, from_date=date(2026, 1, 1), file=file
        )
    jobs.work(job.pk)


def _pensioner(village: Village) -> Person:
    """The pensioner lives with his daughter in Chengdu, who may use his account: she is returned."""
    clerk, chen = village.by("intake"), village.souls["chen"]
    daughter = people.enroll(
        by=clerk,
        name="陈小舟",
        resident_id=make_resident_id(PUDONG, date(1992, 8, 9), 762),
        region=PUDONG,
    )
    for who, category, base in (
        (chen, Category.RETIREE, None),
        (daughter, Category.OWN_ACCOUNT, 8_000_00),
    ):
        _insure(village, who, category, base)
    maker = village.by("assessor")
    drafted = run.draft(kind="medical_accounts", month=LAST, region=SHANGHAI, by=maker)
    shown = run.preview(run_id=drafted.pk, by=maker)
    run.approve(run_id=drafted.pk, by=village.by("reviewer"), total=shown.total)
    work.work_through(drafted.pk)
    sharing.share(
        by=clerk, owner=chen, person=daughter, relation="child", document="共济授权书 2026-1"
    )
    filings.file(
        by=clerk,
        person=chen,
        away=Away.LONG_TERM,
        to_region=CHENGDU,
        from_date=timezone.localdate(),
        reason="随女居住",
    )
    said = {"hospital": "塘柳人民医院", "document": "诊断证明书"}
    granted = diseases.open_claim(
        by=clerk,
        person=chen,
        care=Care.TWO_DISEASES,
        diagnosis="I10.x00",
        channel=Case.Channel.COUNTER,
        **said,
    )
    diseases.assess(
        by=maker,
        claim=granted,
        entitled=True,
        from_date=timezone.localdate(),
        until=None,
        text="三次血压记录和用药记录齐全",
    )
    diseases.grant(by=village.by("reviewer"), claim=granted)
    diseases.open_claim(
        by=clerk,
        person=chen,
        care=Care.SPECIAL,
        diagnosis="E11.900",
        channel=Case.Channel.COUNTER,
        **said,
    )
    return daughter


def _insure(village: Village, who: Person, category: Category, base: int | None) -> None:
    cover.start(
        by=village.by("intake"),
        person=who,
        branch=Branch.MEDICAL,
        category=category,
        region=PUDONG,
        from_=first_day(LAST),
        base=base,
    )

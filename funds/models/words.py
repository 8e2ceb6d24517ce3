"""What kinds of ledger batches and payments are called on screens."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from socsec.office import runs
from socsec.office.errors import Problem

LEDGER_KINDS: dict[str, Promise] = {
    "opening": _("Opening reserve"),
    "subsidy": _("Subsidy"),
    "sweep": _("Sweep to the fiscal special account"),
    "contribution_assessment": _("Contributions assessed"),
    "contribution_correction": _("Contributions corrected"),
    "contribution_receipt": _("Contributions received"),
    "resident_assessment": _("Residents' contributions assessed"),
    "resident_receipt": _("Residents' contributions received"),
    "resident_bill": _("Sponsor's bill for residents"),
    "resident_refund": _("Refund of residents' contributions"),
    "contribution_refund": _("Refund of contributions"),
    "contribution_release": _("Credit given for contributions"),
    "bills_settled": _("Medical bills settled"),
    "provider_payment": _("Paid to providers"),
    "medical_reimbursement": _("Reimbursement of care paid in cash"),
    "regional_clearing": _("Clearing between regions"),
    "clearing_agreed": _("Clearing between regions agreed"),
    "clearing_received": _("Clearing between regions received"),
    "provider_advance": _("Advance to a provider"),
    "provider_difference": _("Differences of payment by group and year"),
    "retention_forfeited": _("Retention forfeited"),
    "medical_account": _("Personal medical accounts"),
    "surcharge": _("Surcharge for paying late"),
    "annuity_made_real": _("Written-down annuity made real"),
    "account_made_real": _("Written-down account made real"),
    "unmatched_receipt": _("Money that fits nobody"),
    "account_opening": _("Individual account opened"),
    "account_credit": _("Individual account credited"),
    "account_corrected": _("Contributions corrected on individual accounts"),
    "account_interest": _("Interest on individual accounts"),
    "account_benefit": _("Benefit paid from individual accounts"),
    "account_restored": _("Given back to individual accounts for overpaid months"),
    "account_sent": _("Individual account transferred to another fund"),
    "account_taken_over": _("Individual account taken over from another fund"),
    "account_given_back": _("Given back for months insured twice"),
    "account_close": _("Individual account paid out"),
    "account_return": _("Returned to individual accounts"),
    "benefit_repaid": _("Overpaid benefits paid back"),
    "pension_refund": _("Repayments returned"),
    "pension_survivors": _("Paid after a death"),
    "pension_balance": _("Individual account paid out to its owner"),
    "pension_transfer": _("Transfer of an entitlement"),
    "overlap_refund": _("Given back for months insured twice"),
    "care_insurance": _("Long-term care insurance to providers of care"),
    "care_vouchers_paid": _("Vouchers for care to providers"),
    "assistance_urgent": _("Urgent temporary aid"),
    "plan_draw": _("Drawn by spending plan"),
    "interest": _("Interest of the bank"),
    "deposit": _("Placed on term deposit"),
    "deposit_back": _("Term deposit back, with interest"),
    "financing_central": _("Subsidy of the central government"),
    "financing_local": _("Subsidy of the local government"),
    "financing_capital": _("Dividend of state-owned capital"),
    "financing_lottery": _("Lottery funds"),
    "financing_other": _("Other income"),
    "reserve_aside": _("Set aside for risk"),
    "reserve_use": _("Taken from the risk reserve"),
    "reserve_grant": _("Granted by the nation's reserve"),
    "pooling_out": _("Paid to another level"),
    "pooling_in": _("Received from another level"),
    "entrusted": _("Entrusted for investment, or taken back"),
    "investment_return": _("Return of entrusted investment"),
    "payment_draw": _("Drawn for payment"),
    "payment_release": _("Payment sent to the bank"),
    "payment_return": _("Bank's answer"),
}


def kind_words(kind: str) -> str:
    """The words for a kind; the kind of a run by its label, one without words by its own name."""
    if kind in LEDGER_KINDS:
        return str(LEDGER_KINDS[kind])
    try:
        return str(runs.get(kind).label)
    except Problem:
        return kind.replace("_", " ").capitalize()

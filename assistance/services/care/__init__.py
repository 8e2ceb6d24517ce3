"""Care of the elderly: assess, plan, issue vouchers, order and confirm, place in beds."""

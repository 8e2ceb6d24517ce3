"""No rule and no parameter changes without its page in docs/law."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_rule_and_policy_file_has_its_page_as_it_is_today():
    done = subprocess.run(
        [sys.executable, "scripts/law.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_pages_say_what_a_lawyer_asks():
    page = (ROOT / "docs/law/pensions.employees.old_age.md").read_text("utf-8")
    assert "`(first + wage) ÷ 2 × years × accrual_rate`" in page
    assert "国发〔2005〕38号第六条" in page
    assert "parameters/pensions.calculation_base.md" in page
    assert "tests/cases/pensions/new_retiree_employee.yaml" in page
    index = (ROOT / "docs/law/README.md").read_text("utf-8")
    assert "### 第十五条" in index
    assert "基本养老金由统筹养老金和个人账户养老金组成" in index

"""Forms for people: one question a page, answers kept, an error that says what to do.

The patterns are those of GOV.UK: nothing is checked while typing; after sending, the page comes
back with its answers, a list of what to correct at the top, and the sentence again by each field.
Numbers may be typed with spaces, full-width digits or dashes.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from socsec.kernel import ids, money, months
from socsec.kernel.errors import KernelError

Text = str | Promise


def tidy(text: str) -> str:
    """Full-width characters made plain, spaces at the ends gone.

    >>> tidy(" ３３０１ 0219 ")
    '3301 0219'
    """
    return unicodedata.normalize("NFKC", text).strip()


@dataclass(frozen=True)
class Option:
    """One answer among several: its value, its words, a hint below and a figure at the side."""

    value: str
    label: Text
    hint: Text = ""
    side: Text = ""
    side_unit: Text = ""
    after_or: bool = False  # preceded by a small "or", as for "I have not decided"


class ScreenForm(forms.Form):
    """The base of every form in the portal."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            if one.error_messages["required"] == forms.Field.default_error_messages["required"]:
                one.error_messages["required"] = _("Fill in: %(label)s") % {"label": one.label}

    @staticmethod
    def password_field() -> forms.CharField:
        """A password: never shown again, never stripped, pasting allowed."""
        return forms.CharField(
            label=_("Password"),
            strip=False,
            max_length=128,
            widget=forms.PasswordInput(
                attrs={"class": "input w-20", "autocomplete": "current-password"}
            ),
            error_messages={"required": _("Enter your password")},
        )

    @property
    def summary(self) -> list[tuple[str, str]]:
        """What is to be corrected: (id of the control, sentence), in the order of the page."""
        found = []
        for name, errors in self.errors.items():
            anchor = "" if name == "__all__" else self.anchor(name)
            found += [(anchor, str(error)) for error in errors]
        return found

    def anchor(self, name: str) -> str:
        """The id of the first control of a field, which a link in the summary leads to."""
        bound = self[name]
        several = isinstance(
            bound.field.widget,
            forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget,
        )
        return f"{bound.auto_id}_0" if several else bound.auto_id


class Kernel(forms.CharField):
    """A text that the kernel reads; what the kernel says is wrong is said to the person."""

    read: Callable[[str], Any]

    def __init__(self, *, width: str = "w-20", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("class", f"input {width}")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            return type(self).read(text)
        except KernelError as trouble:
            raise ValidationError(
                trouble.in_language(get_language() or "en"), trouble.code
            ) from trouble

    def run_validators(self, value: Any) -> None:
        """The kernel has checked it; the validators of a text do not apply to its result."""


class ResidentIdField(Kernel):
    """A resident identity number, tidied and checked; the result is its 18 characters."""

    read = staticmethod(lambda text: ids.read_resident_id(text).number)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("ID number"))
        kwargs.setdefault("help_text", _("18 characters; spaces are fine."))
        kwargs.setdefault("error_messages", {"required": _("Enter your ID number, 18 characters")})
        super().__init__(**kwargs)


class MoneyField(Kernel):
    """An amount in yuan; the result is whole fen."""

    read = staticmethod(money.parse_yuan)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width="w-10", **kwargs)
        self.widget.attrs["inputmode"] = "decimal"


class BankCardField(Kernel):
    """A bank card or account number; the result is its digits."""

    read = staticmethod(ids.read_bank_card)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class MobileField(Kernel):
    """A mobile number; the result is its 11 digits."""

    read = staticmethod(ids.read_mobile)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "tel-national"}


class WholeField(Kernel):
    """A whole number between `least` and `most`."""

    def __init__(self, *, least: int = 0, most: int = 10**6, **kwargs: Any) -> None:
        super().__init__(width="w-4", **kwargs)
        self.least, self.most = least, most
        self.widget.attrs["inputmode"] = "numeric"

    def to_python(self, value: Any) -> int | None:
        text = tidy(str(value or "")).replace(",", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            raise ValidationError(_("Write a whole number in digits, such as 12"), "not_whole")
        number = int(text)
        if not self.least <= number <= self.most:
            raise ValidationError(
                _("The number must be between %(least)s and %(most)s"),
                "out_of_bounds",
                {"least": self.least, "most": self.most},
            )
        return number


class PercentField(Kernel):
    """A percentage such as 3 or 2.5 %, in millionths, of at most `most` millionths."""

    @staticmethod
    def read(text: str) -> int:
        return money.parse_rate(tidy(text).removesuffix("%") + "%")

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(width="w-4", **kwargs)
        self.most = most
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        return money.decimal(value, 10_000) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        found: int | None = super().to_python(value)
        if found is not None and found > self.most:
            raise ValidationError(
                _("At most %(most)s %%"),
                "out_of_bounds",
                {"most": money.decimal(self.most, 10_000)},
            )
        return found


class CodeField(Kernel):
    """A one-time code of six digits, which may be pasted with spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width="code-input", **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}

    def to_python(self, value: Any) -> str | None:
        digits = "".join(tidy(str(value or "")).split())
        if not digits:
            return None
        if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
            raise ValidationError(
                _("The code has 6 digits; you gave %(count)s"), "length", {"count": len(digits)}
            )
        return digits


class Boxes(forms.MultiWidget):
    """A date or month in separate boxes, never a calendar alone."""

    template_name = "django/forms/widgets/multiwidget.html"
    turns = True  # in Chinese the last box comes first, as in a date

    def __init__(self, parts: Sequence[tuple[str, Text, str, str]]) -> None:
        self.parts = parts  # (name, label, width, autocomplete)
        widgets = {
            name: forms.TextInput(
                attrs={"class": f"input {width}", "inputmode": "numeric", "autocomplete": complete}
            )
            for name, _label, width, complete in parts
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.day, value.month, value.year][-len(self.parts) :]
        if isinstance(value, int):
            return [value % 12 + 1, value // 12]
        return [None] * len(self.parts)


class BoxesField(forms.MultiValueField):
    def __init__(self, parts: Sequence[tuple[str, Text, str, str]], **kwargs: Any) -> None:
        fields = [forms.CharField(required=False) for _part in parts]
        super().__init__(fields=fields, widget=Boxes(parts), require_all_fields=False, **kwargs)

    def numbers(self, data_list: Sequence[str]) -> list[int] | None:
        """The boxes as whole numbers; None if all are empty."""
        texts = [tidy(str(part or "")) for part in data_list]
        if not any(texts):
            return None
        if not all(t.isascii() and t.isdigit() and len(t) <= 4 for t in texts):
            raise ValidationError(_("Write the date in digits in every box"), "not_digits")
        return [int(t) for t in texts]

    def clean(self, value: Any) -> Any:
        numbers = self.numbers(value or [])
        if numbers is None:
            if self.required:
                raise ValidationError(self.error_messages["required"], "required")
            return None
        return self.put_together(numbers)

    def put_together(self, numbers: list[int]) -> Any:
        raise TypeError("a field of boxes says how its numbers make one value")


class DateField(BoxesField):
    """A date in three boxes: day, month, year."""

    def __init__(self, *, birthday: bool = False, **kwargs: Any) -> None:
        of = "bday-" if birthday else ""
        names = [f"{of}day", f"{of}month", f"{of}year"] if birthday else ["off"] * 3
        super().__init__(
            [
                ("day", _("Day"), "w-2", names[0]),
                ("month", _("Month"), "w-2", names[1]),
                ("year", _("Year"), "w-4", names[2]),
            ],
            **kwargs,
        )

    def put_together(self, numbers: list[int]) -> date:
        day, month, year = numbers
        _check_month(month, year)
        try:
            return date(year, month, day)
        except ValueError:
            raise ValidationError(_("There is no such day in that month"), "no_such_day") from None


class MonthField(BoxesField):
    """A month in two boxes; the result is the kernel's month number."""

    def __init__(self, *, birthday: bool = False, **kwargs: Any) -> None:
        names = ["bday-month", "bday-year"] if birthday else ["off"] * 2
        super().__init__(
            [("month", _("Month"), "w-2", names[0]), ("year", _("Year"), "w-4", names[1])],
            **kwargs,
        )

    def put_together(self, numbers: list[int]) -> int:
        month, year = numbers
        _check_month(month, year)
        return months.month(year, month)


def _check_month(month: int, year: int) -> None:
    if not 1 <= month <= 12:
        raise ValidationError(_("The month must be between 1 and 12"), "no_such_month")
    if not 1900 <= year <= 2199:
        raise ValidationError(_("Write the year with 4 digits, such as 1973"), "no_such_year")


class PickField(forms.ChoiceField):
    """One answer among a few, drawn as large options with hints."""

    def __init__(self, options: Sequence[Option] = (), **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(**kwargs)
        self.options = options

    @property
    def options(self) -> Sequence[Option]:
        return self._options

    @options.setter
    def options(self, options: Sequence[Option]) -> None:
        self._options = options
        self.choices = [(option.value, option.label) for option in options]


class PickManyField(forms.MultipleChoiceField):
    """Any of a few answers, drawn as large boxes to tick with hints."""

    def __init__(self, options: Sequence[Option] = (), **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(**kwargs)
        self.options = options

    @property
    def options(self) -> Sequence[Option]:
        return self._options

    @options.setter
    def options(self, options: Sequence[Option]) -> None:
        self._options = options
        self.choices = [(option.value, option.label) for option in options]


class PaperField(forms.FileField):
    """A paper that is scanned or photographed; the service looks at what it really is."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Document"))
        kwargs.setdefault("help_text", _("PDF or picture, at most 10 MB."))
        kwargs.setdefault(
            "widget",
            forms.FileInput(attrs={"class": "input", "accept": ".pdf,image/png,image/jpeg"}),
        )
        super().__init__(**kwargs)


class TextField(forms.CharField):
    """A line of text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"})
        )
        super().__init__(**kwargs)


class SelectField(forms.ChoiceField):
    """One of many, such as a province. A few answers are better drawn by PickField."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Select(attrs={"class": "select w-20"}))
        super().__init__(**kwargs)


class UploadField(forms.FileField):
    """A spreadsheet to upload, of at most `most` bytes; what is in it, the service reads."""

    def __init__(self, *, most: int = 20 * 1024 * 1024, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("label", _("File"))
        kwargs.setdefault(
            "help_text",
            # Filled in when it is shown, in the reader's language.
            lazy(
                lambda: (
                    _("An Excel workbook (.xlsx) or CSV, at most %(most)s MB.")
                    % {"most": most // (1024 * 1024)}
                ),
                str,
            )(),
        )
        kwargs.setdefault(
            "widget", forms.FileInput(attrs={"class": "input", "accept": ".xlsx,.csv"})
        )
        kwargs.setdefault("error_messages", {"required": _("Choose a file")})
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if data and data.size > self.most:
            raise ValidationError(
                _("The file is larger than %(most)s MB. Divide the rows among several files."),
                "file_too_large",
                {"most": self.most // (1024 * 1024)},
            )
        if data and not data.size:
            raise ValidationError(_("The file is empty. Choose another one."), "empty")
        return super().clean(data, initial)


class TickField(forms.BooleanField):
    """A box to tick beside its own words."""

"""What the kernel says when it cannot answer: one sentence in each language, and a code."""


class KernelError(ValueError):
    """A refusal with a code for programs and a sentence in each language for people.

    >>> trouble = KernelError("too_big", "The number is too big", "这个数太大")
    >>> trouble.code, str(trouble), trouble.in_language("zh")
    ('too_big', 'The number is too big', '这个数太大')
    """

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.code = code
        self.message_en = en
        self.message_zh = zh

    def in_language(self, language: str) -> str:
        """The sentence for a language code such as "zh-hans" or "en"."""
        return self.message_zh if language.lower().startswith("zh") else self.message_en


class NoAnswer(LookupError):
    """A table was asked below its first key.

    One case raises this. In a column and in SQL the same question has the answer NULL, and so
    has every line that uses it, so that one odd row does not stop a run and is never paid.
    """

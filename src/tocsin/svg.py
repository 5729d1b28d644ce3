"""Elements of SVG as text, content and attributes escaped: what all our pictures are made of."""

from collections.abc import Iterable

from markupsafe import Markup


def tag(name: str, content: str | Markup = "", **attributes: str | float) -> Markup:
    """An element with its content and attributes escaped; `class_` and `aria_label` become class and aria-label."""
    said = Markup("").join(
        Markup(' {}="{}"').format(
            key.rstrip("_").replace("_", "-"), f"{value:.1f}" if isinstance(value, float) else value
        )
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, said, content)


def joined(parts: Iterable[Markup]) -> Markup:
    """Elements one a line; empty ones are left out."""
    return Markup("\n").join(part for part in parts if part)

"""The generated pages on running a centre: the fields of its settings, and the figures it gives."""

from collections.abc import Callable

from msgspec import Struct

from tocsin.centre import metrics, settings

SETTINGS_INTRO = """\
A centre reads `centre.toml` in its data folder, or the file given with `--settings`, when it starts. Without one every
field has its default: it listens on this machine alone and calls nobody out. A mistake is told with its line, and the
centre does not start. Files that are named are looked for from the folder of the settings; those with secrets must not
be readable for everybody. [OPERATIONS.md](../OPERATIONS.md) says what to do with them."""

SETTINGS_EXAMPLE = """\
```toml
outage_seconds = 30

[listen]
host = "10.0.0.2"
hosts = ["centre.example.int"]
public_url = "https://centre.example.int"
tls_cert = "tls/chain.pem"
tls_key = "tls/key.pem"

[mail]
host = "mail.example.int"
sender = "centre@example.int"
user = "centre"
password_file = "mail.password"

[[webhook]]
host = "alerts.xab.example"
ceiling = "TLP:AMBER"
```"""

METRICS_INTRO = """\
What `/metrics` answers, in the text format of Prometheus. It takes the scope `admin`, or the token of
`metrics_token_file`. No figure is kept by seat, case or desk, and no label takes its values from a request; how busy a
centre is tells of what others do all the same, so that members are not shown the page."""

TABLES: tuple[type[Struct], ...] = (
    settings.Listen, settings.Limits, settings.Mail, settings.Webhook, settings.Oidc, settings.Log,
)  # fmt: skip

Table = Callable[[type[Struct], set[str]], str]


def settings_reference(made: str, table: Table) -> str:
    """The page; `table(struct, leaving_out)` writes the table of a struct's fields."""
    inner = {name for name in settings.Settings.__struct_fields__ if name in _names()}
    parts = ["# The settings of a centre", made, SETTINGS_INTRO, SETTINGS_EXAMPLE]
    parts += ["## At the top of the file", table(settings.Settings, inner)]
    for struct in TABLES:
        name, _, said = (struct.__doc__ or "").partition(": ")
        parts += [f"## {name}", said[:1].upper() + said[1:], table(struct, set())]
    return _in_small_letters("\n\n".join(parts) + "\n")


def metrics_reference(made: str) -> str:
    """The page of all figures."""
    rows = ["| figure | kind | meaning | labels |", "|---|---|---|---|"]
    for metric in metrics.METRICS:
        labels = "; ".join(f"`{label}`: {', '.join(values)}" for label, values in metric.labels.items())
        rows.append(f"| `{metric.name}` | {metric.kind} | {metric.help} | {labels} |")
    bounds = ", ".join(f"{bound:g}" for bound in metrics.SECONDS)
    tail = f"Histograms of seconds have the bounds {bounds}. A value that is not listed is counted as `other`."
    return "\n\n".join(["# The figures of a centre", made, METRICS_INTRO, "\n".join(rows), tail]) + "\n"


def _names() -> set[str]:
    return {struct.__name__.lower() for struct in TABLES}


def _in_small_letters(page: str) -> str:
    """As TOML writes them."""
    return page.replace("else `True`", "else `true`").replace("else `False`", "else `false`")

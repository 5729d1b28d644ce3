"""Somebody at a desk with a browser without script: opens pages, fills in the forms it finds there, and sends them."""

from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from tests.web_client import BASE, Response, Site

FORM = "application/x-www-form-urlencoded"


class Form:
    """One form of a page, as a browser would send it."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: list[tuple[str, str]] = []
        self.names: set[str] = set()
        """All that could be filled in, ticked or chosen."""
        self.actions: set[str] = {action}
        """Where its buttons send it."""

    def filled(self, values: Mapping[str, object]) -> list[tuple[str, str]]:
        """The fields with these filled in; a tuple is several boxes ticked."""
        unknown = set(values) - self.names
        assert not unknown, f"the form has no {unknown}: {sorted(self.names)}"
        sent = [(name, value) for name, value in self.fields if name not in values]
        for name, value in values.items():
            sent += [(name, str(one)) for one in (value if isinstance(value, tuple) else (value,))]
        return sent


class Page(HTMLParser):
    """The forms and the words of a page."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.status, self.html = answer.status_code, answer.text
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._area = self._select = ""
        self._has_chosen = False
        self.feed(answer.text)

    @property
    def text(self) -> str:
        """What is read aloud, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def form(self, action: str, names: Iterable[str] = (), **hidden: str) -> Form:
        """The form that goes there, or one of whose buttons does; of several the first with these fields."""
        for form in self.forms:
            if action in form.actions and set(hidden.items()) <= set(form.fields) and set(names) <= form.names:
                return form
        raise AssertionError(f"no form to {action} {hidden} among {[(one.action, one.fields) for one in self.forms]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") or name == "style" for name in said), said
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag == "form":
            self._form = Form(said.get("action", ""))
            self.forms.append(self._form)
        if self._form is None:
            return
        name = said.get("name", "")
        if tag == "button" and "formaction" in said:
            self._form.actions.add(said["formaction"])
        if name:
            self._form.names.add(name)
        if tag == "input" and name:
            is_ticked = said.get("type") not in ("radio", "checkbox") or "checked" in said
            if is_ticked and said.get("type") != "file":
                self._form.fields.append((name, said.get("value", "")))
        if tag == "textarea":
            self._area = name
            self._form.fields.append((name, ""))
        if tag == "select":
            self._select, self._has_chosen = name, False
        if tag == "option" and ("selected" in said or not self._has_chosen):
            if self._has_chosen:
                self._form.fields.pop()
            self._form.fields.append((self._select, said.get("value", "")))
            self._has_chosen = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            name, value = self._form.fields.pop()
            self._form.fields.append((name, value + data))
            return
        self.words.append(data)


class User:
    """One person signed in at a desk."""

    def __init__(self, site: Site, secret: str) -> None:
        self.site, self.secret = site, secret
        self.path = "/"
        self.page: Page
        self.answer: Response

    async def open(self, path: str) -> Page:
        """Open a page."""
        self.path = path
        self.answer = await self.site.http.get(path, headers=self._cookie())
        self.page = Page(self.answer)
        return self.page

    async def send(self, action: str, values: Mapping[str, object] | None = None, **hidden: str) -> Page:
        """Fill in a form of the open page, send it, and go where it leads."""
        form = self.page.form(action, values or (), **hidden)
        return await self.post(action or self.path, form.filled(values or {}))

    async def post(self, path: str, fields: list[tuple[str, str]]) -> Page:
        """Send fields as a form, and go where it leads."""
        self.path = path
        body = urlencode(fields).encode()
        headers = {"content-type": FORM, "origin": BASE, **self._cookie()}
        self.answer = await self.site.http.post(path, content=body, headers=headers)
        if self.answer.status_code == 303:
            found = urlsplit(self.answer.headers["location"])
            return await self.open(found.path + (f"?{found.query}" if found.query else ""))
        self.page = Page(self.answer)
        return self.page

    async def confirm(self) -> Page:
        """Press the button of a page that shows what an act brings."""
        return await self.send("", step="file")

    def _cookie(self) -> dict[str, str]:
        return {"cookie": f"tocsin={self.secret}"} if self.secret else {}

"""A certificate as a PDF: number, page x of y and end mark, the same bytes each time.

Nothing is compressed: another zlib writes other bytes, and a certificate is to be made again years
later. reportlab's invariant mode fixes dates and ids (2000-01-01: the dates of the certificate are on it).
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from microderm_ctl.bench.certificate import blocks, words
from microderm_ctl.bench.certificate.content import page_of
from microderm_ctl.bench.certificate.letters import BOLD, REGULAR, Letters
from microderm_ctl.bench.certificate.picture import TEXT, Path, Picture, Shape
from microderm_ctl.bench.certificate.style import COLOURS, ROLES, WORDS

_MARGIN: Final = 17 * mm
_TOP: Final = 19 * mm
_BOTTOM: Final = 19 * mm
_PADDING: Final = 6
"""What reportlab leaves free inside the margins."""
_WIDTH: Final = A4[0] - 2 * _MARGIN
_LONG: Final = 360
"""A fact of more letters than this is set over the whole width, where it may break over pages."""
_SMALL: Final = 7.2
_CELL: Final = 7.8
_LEADING: Final = 1.28
"""From line to line, as a part of the letters' height."""
_GAP: Final = 8
"""Between columns."""
_COLOURS: Final = {name: HexColor(colour.light) for name, colour in COLOURS.items()}


def render_pdf(text: str) -> bytes:
    """Return the PDF of a frozen certificate.

    Raises:
        FileProblem: the text is no certificate.
    """
    page = page_of(text)
    pages = _Setter(page, 0).pages()
    return _Setter(page, pages).content()


class _Setter:
    """Sets one page of blocks; built twice, since the number of pages is known only at the end."""

    def __init__(self, page: blocks.Page, of_pages: int) -> None:
        self._page, self._of_pages = page, of_pages
        self._letters = Letters()
        self._buffer = BytesIO()
        self._document = SimpleDocTemplate(
            self._buffer,
            pagesize=A4,
            leftMargin=_MARGIN - _PADDING,
            rightMargin=_MARGIN - _PADDING,
            topMargin=_TOP - _PADDING,
            bottomMargin=_BOTTOM - _PADDING,
            title=f"{page.title} {page.number}",
            author=self._letters.plain(page.laboratory),
            subject=words.SIMULATED if page.is_simulated else page.title,
            creator="microderm",
            lang="en",
            invariant=1,
            pageCompression=0,
        )
        story = [*self._head(), *(one for section in page.sections for one in self._section(section)), *self._end()]
        self._document.build(story, onFirstPage=self._around, onLaterPages=self._around_later)

    def pages(self) -> int:
        """Return how many pages there are."""
        return int(self._document.page)

    def content(self) -> bytes:
        """Return the PDF."""
        return self._buffer.getvalue()

    def _around(self, canvas: Any, _: Any) -> None:
        """Draw what stands on every page: the number, page x of y, and SIMULATED where it is."""
        canvas.saveState()
        canvas.setFont(REGULAR, _SMALL)
        canvas.setFillColor(_COLOURS["soft"])
        mark = f", {words.SIMULATED}" if self._page.is_simulated else ""
        canvas.drawString(_MARGIN, 11 * mm, f"{self._page.title} {self._page.number}{mark}")
        canvas.drawRightString(A4[0] - _MARGIN, 11 * mm, f"Page {canvas.getPageNumber()} of {self._of_pages}")
        canvas.setStrokeColor(_COLOURS["rule"])
        canvas.setLineWidth(0.6)
        canvas.line(_MARGIN, 14.5 * mm, A4[0] - _MARGIN, 14.5 * mm)
        if self._page.is_simulated:
            _watermark(canvas)
        canvas.restoreState()

    def _around_later(self, canvas: Any, document: Any) -> None:
        self._around(canvas, document)
        canvas.saveState()
        canvas.setFont(REGULAR, _SMALL)
        canvas.setFillColor(_COLOURS["soft"])
        canvas.drawString(_MARGIN, A4[1] - 13 * mm, _shortened(self._letters.plain(self._page.laboratory)))
        canvas.restoreState()

    def _head(self) -> Iterator[Flowable]:
        page = self._page
        left = [self._text(page.laboratory, _style(11, bold=True)), self._text(page.address, _style(8.2))]
        right = [
            self._text(page.title, _style(15, bold=True, align=TA_RIGHT)),
            self._text(page.number, _style(9.5, bold=True, align=TA_RIGHT)),
            self._text(f"Issued {page.issued}", _style(8.2, "soft", align=TA_RIGHT)),
        ]
        yield _grid([[left, right]], [_WIDTH * 0.5, _WIDTH * 0.5], [])
        yield HRFlowable(_WIDTH, 2, color=_COLOURS["accent"], spaceBefore=4, spaceAfter=4)
        for sentence in page.notices:
            yield from self._sentence(sentence)

    def _end(self) -> Iterator[Flowable]:
        if self._letters.count:
            told = words.NOT_DRAWN.format(count=self._letters.count, points=self._letters.named())
            yield Paragraph(told, _style(_SMALL, before=3))
        yield KeepTogether(
            [
                HRFlowable(_WIDTH, 2, color=_COLOURS["accent"], spaceBefore=10, spaceAfter=4),
                self._text(self._page.end, _style(9, bold=True, align=TA_CENTER)),
            ]
        )

    def _section(self, section: blocks.Section) -> Iterator[Flowable]:
        title = self._text(section.title, _style(11, bold=True, before=11, next_too=True))
        rule = HRFlowable(_WIDTH, 0.9, color=_COLOURS["accent"], spaceBefore=1.5, spaceAfter=3)
        rule.keepWithNext = True
        yield title
        yield rule
        for block in section.blocks:
            yield from self._block(block)

    def _block(self, block: blocks.Block) -> Iterator[Flowable]:
        if isinstance(block, blocks.Sentence):
            yield from self._sentence(block)
        elif isinstance(block, blocks.Facts):
            yield from self._facts(block)
        elif isinstance(block, blocks.Table):
            yield from self._table(block)
        else:
            caption = self._text(block.caption, _style(_SMALL, "soft", before=1))
            yield KeepTogether([Spacer(1, 6), _Drawn(block.picture, self._letters), caption])

    def _sentence(self, sentence: blocks.Sentence) -> Iterator[Flowable]:
        if sentence.kind in ("plain", "small"):
            yield self._text(sentence.text, _style(8.2 if sentence.kind == "plain" else _SMALL, before=3))
            return
        style = _style(8.6, bold=sentence.kind != "mark", before=13)
        style.borderColor = _COLOURS[sentence.kind]
        style.borderWidth = 1
        style.borderPadding = (4, 6, 5, 6)
        style.leftIndent = style.rightIndent = 7
        style.spaceAfter = 11
        if sentence.kind != "mark":
            style.backColor = _COLOURS[f"{sentence.kind}-panel"]
        yield self._text(sentence.text, style)

    def _facts(self, facts: blocks.Facts) -> Iterator[Flowable]:
        """Set facts in pairs; a long one has a line of its own, which may break over pages."""
        waiting: list[list[Flowable]] = []
        for fact in facts.rows:
            note = f" ({fact.note})" if fact.note else ""
            parts = [self._text(f"{fact.name}{note}", _style(6.8, "soft", next_too=True)), self._text(fact.value, _style(8.4))]
            if len(fact.value) > _LONG or fact.value.count("\n") > 8:
                yield from _pairs(waiting)
                waiting = []
                yield Spacer(1, 2)
                yield from parts
            else:
                waiting.append(parts)
        yield from _pairs(waiting)

    def _table(self, table: blocks.Table) -> Iterator[Flowable]:
        yield self._text(table.title, _style(8.2, bold=True, before=7, after=1.5, next_too=True))
        columns, widths = table.columns, [one.part * _WIDTH for one in table.columns]
        heads = [self._text(one.name, _style(_SMALL, "soft", bold=True, align=TA_RIGHT if one.is_number else 0)) for one in columns]
        rows = [[self._cell(cell, i, table, number) for number, cell in enumerate(row)] for i, row in enumerate(table.rows)]
        extra: list[Any] = [
            ("LINEBELOW", (0, 0), (-1, 0), 0.9, _COLOURS["soft"]),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, _COLOURS["rule"]),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            ("FONT", (0, 1), (-1, -1), REGULAR, _CELL, _CELL * _LEADING),
            ("TEXTCOLOR", (0, 1), (-1, -1), _COLOURS["ink"]),
            *(("ALIGN", (i, 1), (i, -1), "RIGHT") for i, one in enumerate(columns) if one.is_number),
            *(("FONT", (0, i + 1), (-1, i + 1), BOLD, _CELL, _CELL * _LEADING) for i in sorted(table.failing | table.strong)),
            *(("TEXTCOLOR", (0, i + 1), (-1, i + 1), _COLOURS["fail"]) for i in sorted(table.failing)),
        ]
        yield _grid([heads, *rows], widths, extra, repeated=1)

    def _cell(self, text: str, row: int, table: blocks.Table, column: int) -> Flowable | str:
        """Return a cell: what fits on one line as it is, which is set much faster than what has to be wrapped."""
        is_strong, told = row in table.failing or row in table.strong, self._letters.plain(text)
        room = table.columns[column].part * _WIDTH - _GAP
        if "\n" not in told and stringWidth(told, BOLD if is_strong else REGULAR, _CELL) <= room:
            return told
        colour = "fail" if row in table.failing else "ink"
        return self._text(text, _style(_CELL, colour, bold=is_strong, align=TA_RIGHT if table.columns[column].is_number else 0))

    def _text(self, text: str, style: ParagraphStyle) -> Flowable:
        return Paragraph(self._letters.marked(text), style)


class _Drawn(Flowable):  # type: ignore[misc]  # reportlab carries no types
    """A picture over the width of the page."""

    def __init__(self, picture: Picture, letters: Letters) -> None:
        super().__init__()
        self._picture, self._letters = picture, letters
        self._scale = _WIDTH / picture.width

    def wrap(self, *_: float) -> tuple[float, float]:
        return _WIDTH, self._picture.height * self._scale

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.scale(self._scale, self._scale)
        for shape in self._picture.shapes:
            self._shape(canvas, shape)
        canvas.restoreState()

    def _shape(self, canvas: Any, shape: Shape) -> None:
        height = self._picture.height
        if isinstance(shape, Path):
            _path(canvas, shape, height)
            return
        canvas.saveState()
        canvas.setFont(REGULAR, TEXT)
        canvas.setFillColor(_COLOURS[WORDS[shape.role]])
        canvas.translate(shape.at[0], height - shape.at[1])
        if shape.is_upright:
            canvas.rotate(90)
        draw = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}[shape.anchor]
        draw(0, 0, self._letters.plain(shape.text))
        canvas.restoreState()


def _path(canvas: Any, shape: Path, height: float) -> None:
    stroke = ROLES[shape.role]
    if len(shape.points) < 2:
        return
    path = canvas.beginPath()
    path.moveTo(shape.points[0][0], height - shape.points[0][1])
    for x, y in shape.points[1:]:
        path.lineTo(x, height - y)
    if shape.is_closed:
        path.close()
    canvas.setLineWidth(stroke.width)
    canvas.setLineJoin(1)
    canvas.setDash(*([list(stroke.dashes)] if stroke.dashes else []))
    if stroke.line:
        canvas.setStrokeColor(_COLOURS[stroke.line])
    if stroke.fill:
        canvas.setFillColor(_COLOURS[stroke.fill])
    canvas.drawPath(path, stroke=int(bool(stroke.line)), fill=int(bool(stroke.fill)))


def _watermark(canvas: Any) -> None:
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(54)
    canvas.setFillColor(_COLOURS["mark"])
    canvas.setFillAlpha(0.15)
    canvas.setFont(BOLD, 104)
    canvas.drawCentredString(0, -36, words.SIMULATED)


def _pairs(parts: list[list[Flowable]]) -> Iterator[Flowable]:
    if not parts:
        return
    rows = [[*parts[i : i + 2], ""][:2] for i in range(0, len(parts), 2)]
    extra = [("LINEBELOW", (0, 0), (0, -1), 0.4, _COLOURS["rule"]), ("LINEBELOW", (1, 0), (1, -1), 0.4, _COLOURS["rule"])]
    yield _grid(rows, [_WIDTH / 2, _WIDTH / 2], extra)


def _grid(rows: list[Any], widths: list[float], extra: list[Any], repeated: int = 0) -> Flowable:
    base: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), _GAP),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
    ]
    return Table(rows, widths, repeatRows=repeated, splitInRow=1, style=TableStyle([*base, *extra]), hAlign="LEFT")


def _style(
    size: float, colour: str = "ink", bold: bool = False, align: int = 0, before: float = 0, after: float = 0, next_too: bool = False
) -> ParagraphStyle:
    return ParagraphStyle(
        "certificate",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * _LEADING,
        textColor=_COLOURS[colour],
        alignment=align,
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=int(next_too),
        splitLongWords=1,
    )


def _shortened(text: str, most: int = 70) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= most else f"{line[: most - 1]}\N{HORIZONTAL ELLIPSIS}"

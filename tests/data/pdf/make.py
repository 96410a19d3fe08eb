"""Make the documents of the tests: python3 make.py (needs reportlab, pypdf)."""

import pathlib

import pypdf
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen import canvas

HERE = pathlib.Path(__file__).parent


def three_pages():
    """Text on two pages, an empty one between, and all entries of the information."""
    page = canvas.Canvas(str(HERE / "three.pdf"), pagesize=A5, invariant=True)
    page.setTitle("Caf\u00e9 \u65e5\u672c \U0001f600")
    page.setAuthor("Ann")
    page.setSubject("Tests")
    page.setKeywords("one, two")
    page.setCreator("make.py")
    page.setProducer("reportlab")
    page.drawString(50, 500, "Hello, PDF")
    page.drawString(50, 480, "second line: caf\u00e9")
    page.showPage()
    page.showPage()
    page.drawString(50, 500, "The end")
    page.save()


def variants():
    """The first page alone without information, encrypted, and a damaged file."""
    source = pypdf.PdfReader(HERE / "three.pdf")
    bare = pypdf.PdfWriter()
    bare.add_page(source.pages[0])
    bare.metadata = None
    bare.write(HERE / "bare.pdf")
    secret = pypdf.PdfWriter()
    secret.add_page(source.pages[2])
    secret.encrypt("open sesame", algorithm="RC4-128")
    secret.write(HERE / "secret.pdf")
    (HERE / "damaged.pdf").write_bytes((HERE / "three.pdf").read_bytes()[:200])


three_pages()
variants()

"""Make the spreadsheets of the tests: python3 make.py (needs openpyxl, xlsxwriter, xlwt)."""

import datetime
import pathlib
import struct
import zipfile

import openpyxl
import xlsxwriter
import xlwt

HERE = pathlib.Path(__file__).parent
DAY = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(2024, 2, 29, 13, 45, 30)


def kinds_openpyxl():
    """Every kind of cell, shared strings, an empty row in the middle, a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "S1"
    sheet.append(["name", "value", "ok", "day"])
    sheet.append(["Ann", 1, True, DAY])
    sheet.append([])
    sheet.append(["B\u00f6b & <co>\n2", -2.5, False, MOMENT])
    sheet["A6"] = "#DIV/0!"
    sheet["A6"].data_type = "e"
    sheet["B6"] = datetime.time(6, 30)
    sheet["B6"].number_format = "h:mm"
    sheet["C6"] = datetime.timedelta(hours=36, minutes=30)
    sheet["C6"].number_format = "[h]:mm:ss"
    sheet["D6"] = 0.25
    sheet["D6"].number_format = '0.00" days"'
    book.create_sheet("Zwei")["B2"] = "x"
    book.create_sheet("Empty")
    book.save(HERE / "kinds.xlsx")


def kinds_xlsxwriter():
    """Formulas with results, rich and inline text, the 1904 system, custom formats."""
    book = xlsxwriter.Workbook(HERE / "formulas.xlsx", {"date_1904": True, "in_memory": True})
    sheet = book.add_worksheet("Sheet")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, ["sum", "text", "flag", "when", "rich"])
    sheet.write_formula(1, 0, "=1+2", None, 3)
    sheet.write_formula(1, 1, '="a"&"b"', None, "ab")
    sheet.write_formula(1, 2, "=1=1", None, True)
    sheet.write_datetime(1, 3, MOMENT, day)
    sheet.write_rich_string(1, 4, "plain ", bold, "bold", " end")
    sheet.write_string(2, 1, "_x000D_ and \r")
    book.close()
    book = xlsxwriter.Workbook(HERE / "inline.xlsx", {"constant_memory": True})
    sheet = book.add_worksheet("Inline")
    sheet.write_row(0, 0, ["a", "b", "a"])
    sheet.write_row(1, 0, ["x", 2, "later"])
    book.close()


def headers():
    """A title above, numbers and gaps among the headers, data not at A1."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B2"] = "Report"
    for column, value in enumerate([2023, None, 1.5, "d"], start=2):
        sheet.cell(4, column, value)
    for row in range(5, 9):
        for column in range(2, 6):
            sheet.cell(row, column, row * 10 + column)
    book.save(HERE / "headers.xlsx")


class Raw:
    """A cell of ready-made records: (type, data after row, column and format)."""

    def __init__(self, row, column, *records):
        self.rowx, self.colx, self.xf_idx, self.records = row, column, 0x0F, records

    def get_biff_data(self):
        place = struct.pack("<HHH", self.rowx, self.colx, self.xf_idx)
        data = [(kind, body if kind == 0x0207 else place + body) for kind, body in self.records]
        return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in data)


def formula(result):
    """Body of a FORMULA record whose last result was these 8 bytes."""
    return result + b"\0" * 6 + struct.pack("<H", 3) + b"\x1e\x01\0"


def results_xls():
    """Results of formulas of all kinds, error cells, a label in place."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("R")
    for column, name in enumerate(["text", "bool", "error", "empty", "number", "na", "label"]):
        sheet.write(0, column, name)
    text = "caf\u00e9 \u65e5"
    wide = struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
    row = sheet.row(1)
    cells = [
        [(0x0006, formula(b"\0\0\0\0\0\0\xff\xff")), (0x0207, wide)],
        [(0x0006, formula(b"\1\0\1\0\0\0\xff\xff"))],
        [(0x0006, formula(b"\2\0\x07\0\0\0\xff\xff"))],
        [(0x0006, formula(b"\3\0\0\0\0\0\xff\xff"))],
        [(0x0006, formula(struct.pack("<d", 2.5)))],
        [(0x0205, b"\x2a\1")],
        [(0x0204, struct.pack("<HB", 3, 0) + b"abc")],
    ]
    for column, records in enumerate(cells):
        row.insert_cell(column, Raw(1, column, *records))
    book.save(str(HERE / "results.xls"))


def kinds_xls():
    """The same kinds as .xls; enough strings that their table goes on in further records."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("S1")
    style = xlwt.easyxf
    for column, name in enumerate(["name", "value", "ok", "day"]):
        sheet.write(0, column, name)
    sheet.write(1, 0, "Ann")
    sheet.write(1, 1, 1)
    sheet.write(1, 2, True)
    sheet.write(1, 3, DAY, style(num_format_str="yyyy-mm-dd"))
    sheet.write(3, 0, "B\u00f6b \u65e5\u672c \U0001f600")
    sheet.write(3, 1, -2.125)
    sheet.write(3, 2, False)
    sheet.write(3, 3, MOMENT, style(num_format_str="yyyy-mm-dd hh:mm:ss"))
    sheet.write(4, 0, xlwt.Formula("1+2"))
    sheet.write(4, 1, 123456789.25)
    sheet.write(4, 2, 12.34)
    for column in range(4, 8):
        sheet.write(5, column, column * 1.0)
    book.add_sheet("Zwei").write(1, 1, "x")
    book.save(str(HERE / "kinds.xls"))
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = True
    sheet = book.add_sheet("Many")
    sheet.write(0, 0, "id")
    sheet.write(0, 1, "text")
    for row in range(1, 401):
        sheet.write(row, 0, row)
        sheet.write(row, 1, ("\u00e4\u65e5" if row % 3 else "abc") * (row % 40) + str(row))
    book.save(str(HERE / "many.xls"))


def bombs():
    """A sheet of 32 MiB of blanks, and parts that are not what they should be."""
    source = zipfile.ZipFile(HERE / "inline.xlsx")
    parts = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"

    def write(name, changed):
        with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as target:
            for part, data in {**parts, **changed}.items():
                if data is not None:
                    target.writestr(part, data)

    write("bomb.xlsx", {sheet: parts[sheet].replace(b"<sheetData>", (b"<x>" + b" " * (1 << 20) + b"</x>") * 32 + b"<sheetData>")})
    write("doctype.xlsx", {sheet: b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aa">]>' + parts[sheet][55:]})
    write("malformed.xlsx", {sheet: parts[sheet][:-30]})
    write("nosheet.xlsx", {sheet: None})
    write("outside.xlsx", {sheet: parts[sheet].replace(b'r="A2"', b'r="ZZZZ2"')})
    write("badstring.xlsx", {sheet: parts[sheet].replace(b't="inlineStr"', b't="s"', 1)
                             .replace(b"<is><t>a</t></is>", b"<v>99</v>", 1)})


kinds_openpyxl()
kinds_xlsxwriter()
headers()
kinds_xls()
results_xls()
bombs()

#!/usr/bin/env python3
"""Write src/nodes/common_passwords.h from the frequency list of the package zxcvbn (MIT).

    pip download zxcvbn==4.5.0 --no-deps --no-binary :all: && tar xzf zxcvbn-4.5.0.tar.gz
    tools/common_passwords.py zxcvbn-4.5.0/zxcvbn/frequency_lists.py
"""

import runpy
import sys
from pathlib import Path

COUNT = 10_000
# Words that every list of defaults names, whether or not that one does.
EXTRA = """admin admin123 administrator changeme default dragon guest letmein login master monkey
    password password123 qwerty root shadow test toor trustno1 user welcome 123456""".split()

passwords = runpy.run_path(sys.argv[1])["FREQUENCY_LISTS"]["passwords"][:COUNT]
words = sorted(set(passwords) | set(EXTRA))
assert all(word.isascii() and word == word.lower() and '"' not in word for word in words)
by_length: dict[int, list[str]] = {}
for word in words:
    by_length.setdefault(len(word), []).append(word)

lines = [
    "/* src/nodes/common_passwords.h - the passwords that are tried first, in lower case, sorted by",
    " * length. Made by tools/common_passwords.py from the list of zxcvbn 4.5.0 (MIT licence, copyright",
    " * 2016 Daniel Wolf); see NOTICE. */",
    "#ifndef KL_NODES_COMMON_PASSWORDS_H",
    "#define KL_NODES_COMMON_PASSWORDS_H",
    "",
    "#include <stddef.h>",
    "",
    "/* clang-format off */",
]
for length, some in sorted(by_length.items()):
    lines.append(f"static const char common_{length}[][{length}] = {{")
    line = "   "
    for word in some:
        item = ' "' + word.replace("\\", "\\\\") + '",'
        if len(line) + len(item) > 100:
            lines.append(line)
            line = "   "
        line += item
    lines += [line, "};"]
lines += ["/* clang-format on */", "", "static const struct {", "    const char *words; /* without a NUL between them */",
          "    size_t count, len;", "} common_passwords[] = {"]
lines += [f"    {{common_{length}[0], {len(some)}, {length}}}," for length, some in sorted(by_length.items())]
lines += ["};", "", "#endif", ""]
Path(__file__).parent.parent.joinpath("src/nodes/common_passwords.h").write_text("\n".join(lines))
print(len(words), "passwords")

"""Nodes that run code. All limits are small: the wrong values of these tests take long enough."""

import sys

CODE = {"output_vars": ["x"], "inputs": {"a": 1}, "timeout_seconds": 3}
CALLS = {
    "CodeValidationNode": [
        {"code": "a", "language": word, "timeout_seconds": 3, "python_executable": sys.executable}
        for word in ("rust", "python", "javascript", "json", "yaml", "toml")
    ],
    "EmbeddedJSNode": [{**CODE, "code": "let x = a + 1", "memory_limit_bytes": 8388608}],
    "EmbeddedPythonNode": [
        {**CODE, "code": "import math\nx = a + 1", "allowed_modules": ["math"], "allow_files": False,
         "memory_limit_bytes": 536870912, "max_output_bytes": 1000, "isolated": word,
         "in_process": not word, "python_executable": sys.executable}
        for word in (True, False)
    ],
    "SubprocessNode": [
        {"command": "cat", "args": ["-"], "allowed_commands": ["cat"], "working_dir": "/", "env": {"A": "b"},
         "stdin": "text", "timeout_seconds": 3, "clear_env": False, "max_output_bytes": 1000,
         "max_cpu_seconds": 5, "max_memory_bytes": 1073741824, "max_open_files": 50},
    ],
}

"""Jupyter's own conformance tests for kernels, with every sample filled: nothing is skipped.

Run by conformance.test.ts with the Python of the repository's environment, where the kernel is installed.
"""

import unittest

import jupyter_kernel_test as jkt


class TypeScriptKernel(jkt.KernelTests):
    kernel_name = "tslab"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"

    completion_samples = [
        {"text": "console.tab", "matches": {"table"}},
        {"text": "[1, 2].redu", "matches": {"reduce", "reduceRight"}},
    ]

    complete_code_samples = ["1", "console.log('hi')", "function f(x: number) { return x }", "`a${1}b`", "!ls"]
    incomplete_code_samples = ["function f(x", "if (true) {", "const a = [", "`unfinished", "/* comment"]
    invalid_code_samples = ["let = ;)", "function (", "import { from 'x'", "const 1 = a)"]

    code_page_something = "%help"
    code_generate_error = "throw new Error('generated')"

    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2].map((n: number) => n * 2)", "result": "[ 2, 4 ]"},
        {"code": "'seven'.length", "result": "5"},
        {"code": "'seven'.length", "result": "5"},
        {"code": "await Promise.resolve('seven')", "result": "'seven'"},
    ]
    code_display_data = [
        {"code": "jupyter.displayBundle({ 'text/html': '<b>x</b>' })", "mime": "text/html"},
        {"code": "jupyter.displayBundle({ 'image/svg+xml': '<svg/>' })", "mime": "image/svg+xml"},
        {
            "code": "import * as tslab from 'tslab'; tslab.display.png(new Uint8Array([137, 80]))",
            "mime": "image/png",
        },
    ]
    code_history_pattern = "'seven'*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseFloat"
    code_clear_output = "jupyter.clearOutput()"


class Welcome(jkt.IopubWelcomeTests):
    kernel_name = "tslab"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)

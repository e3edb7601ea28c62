"""The OpenAPI document under Redocly's rules."""

import json
import tempfile
import unittest
from pathlib import Path

from service import node

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "proto-schemas" / "openapi.json"
FOLDER = node.FOLDER.with_name(node.FOLDER.name + "-openapi")


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node.install(HERE / "npm", FOLDER)

    def lint(self, document):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "openapi.json"
            file.write_text(json.dumps(document))
            return node.run("lint.cjs", str(file), directory=folder,
                            sources=HERE / "npm", folder=FOLDER)

    def test_the_lint_finds_nothing(self):
        self.assertEqual(self.lint(json.loads(DOCUMENT.read_text())), "")

    def test_the_lint_finds_what_is_wrong(self):
        document = json.loads(DOCUMENT.read_text())
        operation = document["paths"]["/mj/submit/imagine"]["post"]
        del operation["summary"]
        operation["responses"]["200"] = {"$ref": "#/components/responses/Nobody"}
        said = self.lint(document)
        self.assertIn("error operation-summary", said)
        self.assertIn("error no-unresolved-refs", said)

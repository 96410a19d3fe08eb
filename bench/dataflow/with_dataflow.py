"""DataFlow, ours or the original: the same calls."""

import sys

import kailash
import kailash.dataflow
import work


class Side:
    def __init__(self, url):
        self.df = kailash.DataFlow(url, auto_migrate=True)
        model = kailash.ModelDefinition("Person", "bench_person")
        whole, text = kailash.FieldType.integer(), kailash.FieldType.text()
        real, boolean = kailash.FieldType.float(), kailash.FieldType.boolean()
        try:
            public = {"classification": kailash.dataflow.DataClassification.public()}
            kailash.ModelDefinition("Try", "try").field("x", text, **public)
        except (AttributeError, TypeError):
            public = {}
        model.field("id", whole, primary_key=True)
        for name, kind in (("name", text), ("age", whole), ("score", real), ("active", boolean)):
            model.field(name, kind, required=True, **public)
        self.df.execute_raw("DROP TABLE IF EXISTS bench_person")
        self.df.register_model(model)
        self.express = self.df.express
        self.at_once = len(work.BULK_RECORDS) if hasattr(self.df, "query_cache_stats") else 5000  # the original fails
        if url.startswith("postgres"):
            self.bulk_untold = self.bulk  # it gives them back all the same

    def empty(self):
        """As the peers do on the same database: what DELETE leaves behind would slow down the next inserts."""
        texts = {"postgres": "TRUNCATE bench_person RESTART IDENTITY", "sqlite": "DELETE FROM bench_person"}
        self.df.execute_raw(texts.get(sys.argv[1].split(":")[0], "TRUNCATE bench_person"))

    def create(self, row):
        return self.express.create("Person", row)

    def many(self, rows):
        with self.df.transaction() as transaction:
            for row in rows:
                transaction.create("Person", row)

    def read(self, key):
        return self.express.read("Person", key)

    def update(self, key, row):
        return self.express.update("Person", key, row)

    def page(self, limit):
        return self.express.list("Person", limit=limit)

    def everything(self):
        return self.express.list("Person")

    def bulk(self, rows):
        for begin in range(0, len(rows), self.at_once):
            self.express.bulk_create("Person", rows[begin:begin + self.at_once])

    def groups(self):
        return self.express.sum_by("Person", "score", "age")


work.compare(Side(sys.argv[1]))

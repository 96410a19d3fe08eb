import kailash
from kailash import ModelDefinition, FieldType
def test_x(database):
    m = ModelDefinition("U","order").field("id", FieldType.integer(), primary_key=True).field("select", FieldType.text(), unique=True, index=True).field("Flag", FieldType.boolean(), nullable=True).auto_timestamps()
    df = database.dataflow(m)
    df.create_tables()
    q = database.quote
    assert df.execute_raw(f"select * from {q('order')}") == []
    print(df.execute_raw("select 1 as a"))

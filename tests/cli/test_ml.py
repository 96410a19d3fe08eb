"""kailash ml: estimators by name, learning from tables, reports, asking saved models."""

import csv
import io
import json
import math
import random
import xml.etree.ElementTree as ET

import pytest
from conftest import kailash

SVG = "{http://www.w3.org/2000/svg}"


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def flowers(tmp_path):
    """Two classes that one column tells apart, but for a few rows."""
    draw = random.Random(1)
    rows = []
    for i in range(120):
        kind = i % 2
        rows.append([round(draw.gauss(4 * kind, 1), 3), round(draw.gauss(0, 1), 3), ["oak, red", "elm"][kind]])
    return write(tmp_path / "flowers.csv", ["size", "noise", "kind"], rows)


@pytest.fixture
def homes(tmp_path):
    """price = 3 area + 10 (town is Oslo) + some noise."""
    draw = random.Random(2)
    rows = []
    for i in range(100):
        area, town = round(draw.uniform(0, 10), 3), draw.choice(["Oslo", "Bergen", "Moss"])
        rows.append([i, area, town, round(3 * area + 10 * (town == "Oslo") + draw.gauss(0, 0.1), 4)])
    return write(tmp_path / "homes.csv", ["id", "area", "town", "price"], rows)


def told(*args):
    done = kailash("ml", *args, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def predicted(*args):
    done = kailash("ml", "predict", *args)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


# ---- what there is -------------------------------------------------------------------------------


def test_list_tells_all_kinds():
    entries = told("list")
    kinds = {entry["name"]: entry["kind"] for entry in entries}
    assert kinds["Ridge"] == "regressor" and kinds["SVC"] == "classifier"
    assert kinds["KMeans"] == "cluster" and kinds["StandardScaler"] == "transformer"
    assert all(entry["doc"] for entry in entries) and "Estimator" not in kinds
    assert told("list", "--kind", "cluster") == [e for e in entries if e["kind"] == "cluster"]
    shown = kailash("ml", "list", "--kind", "regressor").stdout
    assert "Ridge " in shown and "SVC" not in shown


def test_describe_tells_parameters_and_what_is_learned():
    shown = kailash("ml", "describe", "Ridge").stdout
    before, after = shown.split("\nLearned\n")
    assert "alpha " in before and "default 1.0" in before and "coef_ " not in before
    assert "coef_ " in after and "predict()" in after and "missing values are refused" in before
    assert told("describe", "Ridge")["accepts"]["requires_y"] is True
    assert told("describe", "KMeans")["accepts"]["requires_y"] is False


# ---- classifiers ---------------------------------------------------------------------------------


def test_a_classifier_is_scored_on_rows_it_has_not_seen(flowers):
    report = told("fit", "GaussianNB", flowers, "--target", "kind", "--test", "0.25")
    assert (report["train_rows"], report["test_rows"]) == (90, 30)
    assert [(c["label"], c["rows"]) for c in report["classes"]] == [("elm", 15), ("oak, red", 15)]
    answers = [c["answers"] for c in report["classes"]]
    assert sum(map(sum, answers)) == 30
    right = answers[0][0] + answers[1][1]
    assert report["scores"]["accuracy"] == pytest.approx(right / 30) and right >= 25
    elm = report["classes"][0]
    assert elm["recall"] == pytest.approx(answers[0][0] / 15)
    assert elm["precision"] == pytest.approx(answers[0][0] / (answers[0][0] + answers[1][0]))
    assert elm["f1"] == pytest.approx(2 * elm["precision"] * elm["recall"] / (elm["precision"] + elm["recall"]))
    assert elm["roc_auc"] == pytest.approx(report["classes"][1]["roc_auc"])
    assert 0.9 < elm["roc_auc"] <= 1


def test_scores_are_those_of_the_predictions(flowers, tmp_path):
    report = told("fit", "DecisionTreeClassifier", flowers, "-t", "kind", "--test", "0", "-s", "max_depth=1",
                  "--save", tmp_path / "m.kmlf")
    truth = [row["kind"] for row in csv.DictReader(open(flowers))]
    answers = [row["prediction"] for row in predicted(tmp_path / "m.kmlf", flowers)]
    assert report["test_rows"] == 0 and report["train_rows"] == len(truth)
    share = sum(a == b for a, b in zip(answers, truth)) / len(truth)
    assert report["scores"]["accuracy"] == pytest.approx(share)
    assert list(report["feature_importances_"]) == ["size", "noise"]
    done = kailash("ml", "fit", "DecisionTreeClassifier", flowers, "-t", "kind", "--test", "0")
    assert "on the rows it has learned from" in done.stdout


def test_the_report_for_people(flowers):
    done = kailash("ml", "fit", "RandomForestClassifier", flowers, "-t", "kind", "-s", "n_estimators=10")
    assert done.returncode == 0
    assert "learned from 90 rows of " in done.stdout and "Scores on 30 rows held back" in done.stdout
    head = next(line for line in done.stdout.splitlines() if "PRECISION" in line)
    assert head.split()[:4] == ["CLASS", "PRECISION", "RECALL", "F1"]
    bars = done.stdout.split("Importance of the features\n")[1].splitlines()
    assert bars[0].split()[0] == "size" and bars[0].count("█") == 30 > bars[1].count("█")
    plain = kailash("ml", "fit", "RandomForestClassifier", flowers, "-t", "kind", env={"LC_ALL": "C"}).stdout
    assert "#####" in plain and plain.isascii()


def test_the_same_seed_gives_the_same_result(flowers):
    def scores(*more):
        report = told("fit", "RandomForestClassifier", flowers, "-t", "kind", "-s", "n_estimators=5", *more)
        return report["scores"], report["feature_importances_"], report["parameters"]

    assert scores("--seed", "3") == scores("--seed", "3") != scores("--seed", "4")
    assert scores("--seed", "3")[2]["random_state"] == 3
    assert scores("--seed", "3", "-s", "random_state=8")[2]["random_state"] == 8


def test_numbers_may_be_labels(tmp_path):
    rows = [[i % 10 + (i % 3) * 20, [10, 2, 1][i % 3]] for i in range(60)]
    path = write(tmp_path / "t.csv", ["x", "y"], rows)
    report = told("fit", "GaussianNB", path, "-t", "y", "--save", tmp_path / "m.kmlf")
    assert [c["label"] for c in report["classes"]] == ["1", "2", "10"]
    assert report["scores"]["accuracy"] == 1
    (first, *_) = predicted(tmp_path / "m.kmlf", path, "--proba")
    assert first["prediction"] == "10" and float(first["p_10"]) > 0.99
    assert sum(float(first["p_" + label]) for label in ("1", "2", "10")) == pytest.approx(1)


# ---- regressors ----------------------------------------------------------------------------------


def test_a_regressor_with_a_column_of_texts(homes, tmp_path):
    report = told("fit", "Ridge", homes, "-t", "price", "--drop", "id", "-s", "alpha=0.001",
                  "--save", tmp_path / "m.kmlf")
    assert report["features"] == ["area", "town=Bergen", "town=Moss", "town=Oslo"]
    weights = report["coef_"]
    assert weights["area"] == pytest.approx(3, abs=0.05)
    assert weights["town=Oslo"] - weights["town=Moss"] == pytest.approx(10, abs=0.2)
    assert report["scores"]["r2"] > 0.99 and report["scores"]["rmse"] < 0.2
    assert 0 < report["scores"]["mae"] <= report["scores"]["rmse"]
    # Other columns, another order, a town that the model does not know.
    new = write(tmp_path / "new.csv", ["town", "more", "area"], [["Oslo", "a", 1], ["Moss", "b", 1], ["Rome", "c", 1]])
    oslo, moss, rome = (float(row["prediction"]) for row in predicted(tmp_path / "m.kmlf", new))
    assert (oslo, moss) == (pytest.approx(13, abs=0.3), pytest.approx(3, abs=0.3)) and rome != moss


def test_predictions_in_a_file_and_as_json(homes, tmp_path):
    model, out = tmp_path / "m.kmlf", tmp_path / "out.csv"
    told("fit", "LinearRegression", homes, "-t", "price", "-d", "town", "--save", model)
    assert predicted(model, homes, "--out", out) == []
    lines = out.read_text().splitlines()
    answers = told("predict", model, homes)["predictions"]
    assert lines[0] == "prediction" and [float(line) for line in lines[1:]] == answers
    assert len(answers) == 100


# ---- without a target ----------------------------------------------------------------------------


def test_clusters(flowers, tmp_path):
    model = tmp_path / "m.kmlf"
    report = told("fit", "KMeans", flowers, "--drop", "kind", "-s", "n_clusters=2", "--save", model)
    assert set(report["labels"]) == {0, 1} and report["train_rows"] == 120 and "scores" not in report
    assert [int(row["prediction"]) for row in predicted(model, flowers)] == report["labels"]
    shown = kailash("ml", "fit", "KMeans", flowers, "--drop", "kind", "-s", "n_clusters=2").stdout
    sizes = [int(line.split()[1]) for line in shown.split("Rows of each label\n")[1].splitlines()]
    assert sizes == [report["labels"].count(0), report["labels"].count(1)]


def test_a_transformer_answers_with_a_table(homes, tmp_path):
    model = tmp_path / "m.kmlf"
    told("fit", "StandardScaler", homes, "--drop", "town", "--save", model)
    rows = predicted(model, homes)
    assert list(rows[0]) == ["id", "area", "price"]
    assert sum(float(row["area"]) for row in rows) == pytest.approx(0, abs=1e-9)


# ---- pictures ------------------------------------------------------------------------------------


def panels(path):
    root = ET.parse(path).getroot()
    assert root.get("role") == "img" and root.find(SVG + "title").text and root.find(SVG + "desc").text
    names = [text.text for text in root.iter(SVG + "text") if text.get("class") == "name"]
    for element in root.iter():
        for key in ("x", "y", "cx", "cy", "width", "height"):
            if key in element.attrib:
                assert math.isfinite(float(element.get(key)))
    return root, names


def test_the_picture_of_a_classifier(flowers, tmp_path):
    path = tmp_path / "r.svg"
    report = told("fit", "RandomForestClassifier", flowers, "-t", "kind", "-s", "n_estimators=5", "--report", path)
    root, names = panels(path)
    assert [name.split()[0] for name in names] == ["Confusion", "ROC,", "Importance"]
    cells = [title.text for title in root.iter(SVG + "title")]
    right = report["classes"][0]["answers"][0]
    assert f"{right} rows of elm taken for elm" in cells
    assert len(list(root.iter(SVG + "polyline"))) == 1  # of two classes one curve says all


def test_the_picture_of_a_regressor(homes, tmp_path):
    path = tmp_path / "r.svg"
    told("fit", "Ridge", homes, "-t", "price", "--report", path)
    root, names = panels(path)
    assert names == ["Predictions beside the truth", "Residuals", "Weights of the features"]
    assert len(list(root.iter(SVG + "circle"))) == 2 * 25


def test_a_picture_escapes_what_it_is_told(tmp_path):
    rows = [[i, 1 - i % 2, "<b>&\"x" if i % 2 else "y"] for i in range(40)]
    data = write(tmp_path / "t.csv", ["a<b", "c&d", "t<>"], rows)
    told("fit", "DecisionTreeClassifier", data, "-t", "t<>", "--report", tmp_path / "r.svg")
    root, _ = panels(tmp_path / "r.svg")
    assert root.find(SVG + "title").text == "DecisionTreeClassifier: t<>"


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("args, message", [
    (["fit", "Rigde", "DATA"], "no estimator 'Rigde'; did you mean Ridge?"),
    (["describe", "xyzzy"], "no estimator 'xyzzy'; kailash ml list shows them"),
    (["fit", "Ridge", "DATA"], "Ridge learns a target; name its column: --target COLUMN"),
    (["fit", "Ridge", "DATA", "-t", "prise"], "no column 'prise'; did you mean price?"),
    (["fit", "Ridge", "DATA", "-t", "price", "-d", "xyz"], "no column 'xyz' to drop; the table has id, area, town, price"),
    (["fit", "Ridge", "DATA", "-t", "town"], "column 'town' holds texts, but Ridge answers with numbers; a classifier "
     "learns labels: kailash ml list --kind classifier"),
    (["fit", "Ridge", "DATA", "-t", "price", "-s", "alfa=1"], "Ridge: unknown key 'alfa'; known keys: alpha, "),
    (["fit", "Ridge", "DATA", "-t", "price", "-s", "alpha=-1"], "invalid parameter `alpha`: expected "),
    (["fit", "Ridge", "nowhere.csv", "-t", "price"], "cannot open nowhere.csv: No such file or directory"),
    (["predict", "DATA", "DATA"], "DATA: no saved estimator"),
])
def test_refusals(homes, args, message):
    args = [str(homes) if arg == "DATA" else arg for arg in args]
    done = kailash("ml", *args)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("kailash: " + message.replace("DATA", str(homes)))
    assert json.loads(kailash("ml", *args, "--json").stdout)["error"]["message"]


def test_a_missing_column(homes, tmp_path):
    model = tmp_path / "m.kmlf"
    told("fit", "Ridge", homes, "-t", "price", "-d", "id", "--save", model)
    for header, row, missing in ([["town"], ["Oslo"], "area"], [["area"], [1], "town"]):
        data = write(tmp_path / "new.csv", header, [row])
        done = kailash("ml", "predict", model, data)
        assert done.returncode == 1 and done.stdout == ""
        assert f"new.csv: no column '{missing}', from which the model has learned; " in done.stderr
    data = write(tmp_path / "new.csv", ["area", "town"], [["wide", "Oslo"]])
    assert "column 'area' holds texts" in kailash("ml", "predict", model, data).stderr


def test_tables_that_cannot_be_learned_from(tmp_path):
    many = write(tmp_path / "many.csv", ["name", "y"], [[f"n{i}", i] for i in range(60)])
    done = kailash("ml", "fit", "Ridge", many, "-t", "y")
    assert done.returncode == 1 and "more than 50 different texts" in done.stderr and "--drop 'name'" in done.stderr
    gap = write(tmp_path / "gap.csv", ["x", "y"], [[1, 2], [2, ""], [3, 4]])
    assert "row 2 of the table has no y" in kailash("ml", "fit", "Ridge", gap, "-t", "y").stderr
    hole = write(tmp_path / "hole.csv", ["x", "y"], [["", 1], [2, 3], [3, 4]])
    assert "NaN" in kailash("ml", "fit", "Ridge", hole, "-t", "y").stderr
    (tmp_path / "torn.csv").write_text("x,y\n1,2\n3\n")
    assert "torn.csv: " in kailash("ml", "fit", "Ridge", tmp_path / "torn.csv", "-t", "y").stderr
    only = write(tmp_path / "only.csv", ["y"], [[1], [2]])
    assert "no column is left" in kailash("ml", "fit", "Ridge", only, "-t", "y").stderr


@pytest.mark.parametrize("share", ["1", "-0.1", "a", "", "nan"])
def test_a_share_is_from_0_to_below_1(homes, share):
    done = kailash("ml", "fit", "Ridge", homes, "-t", "price", f"--test={share}")
    assert (done.returncode, done.stdout) == (2, "") and f"--test: '{share}' is no share" in done.stderr


def test_two_arguments():
    assert "ml fit: DATA is missing" in kailash("ml", "fit", "Ridge").stderr
    assert "ml fit: NAME is missing" in kailash("ml", "fit").stderr
    done = kailash("ml", "fit", "Ridge", "a.csv", "b.csv")
    assert done.returncode == 2 and "unexpected argument 'b.csv'" in done.stderr
    assert "Usage: kailash ml fit NAME DATA [OPTION]..." in kailash("help", "ml", "fit").stdout
    described = json.loads(kailash("help", "ml", "fit", "--json").stdout)
    assert (described["argument"], described["second_argument"]) == ("NAME", "DATA")

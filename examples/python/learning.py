"""Learning from a table: which of two models tells flowers apart, and what it would say of a new one."""

import random

import kailash.ml as ml

draw = random.Random(1)
CENTRES = {"crocus": (3.0, 1.0), "tulip": (5.0, 2.0), "lily": (8.0, 4.0)}
flowers = [(kind, [draw.gauss(long, 0.4), draw.gauss(wide, 0.3)])
           for kind, (long, wide) in CENTRES.items() for _ in range(40)]
draw.shuffle(flowers)
kinds, sizes = [kind for kind, _ in flowers], [size for _, size in flowers]

for model in (ml.GaussianNB(), ml.RandomForestClassifier(n_estimators=30, random_state=0)):
    model.fit(sizes[:90], kinds[:90])
    share = model.score(sizes[90:], kinds[90:])
    print(type(model).__name__, "is right" if share > 0.9 else "is wrong")
# GaussianNB is right
# RandomForestClassifier is right

print(model.predict([[7.9, 4.1]])[0], model.classes_.tolist())  # lily ['crocus', 'lily', 'tulip']
model.save("flowers.kmlf")
print(ml.Estimator.load("flowers.kmlf").predict([[3.1, 0.9]])[0])  # crocus

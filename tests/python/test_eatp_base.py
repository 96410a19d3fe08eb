"""Keys, signatures, claims, nonces, challenges, scores and mappings of EATP, as Python sees them."""

import base64
import copy
import hashlib
import json
import pickle
import threading

import kailash
import pytest
from hypothesis import given
from hypothesis import strategies as st

PUBLIC = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"


@pytest.fixture(name="pair", scope="module")
def pair_fixture():
    return kailash.EatpKeyPair.from_seed(bytes(range(32)))


# ---- keys and signatures ------------------------------------------------------------------------------


@pytest.mark.parametrize("message, signature", [
    (b"hello", "05277994a16b2720e7017d8f5927e8ecdce80d2d222c5eddfcac47a4e91a0bf2"
               "5229de598a0f1438ded2491e1c0f8a737e103d0de5564577cc8e3036c23acb05"),
    (b"", "1d635ef16f9c11201dfd3ee49ada4c955b809ae926a3ce90a3a62706152a100f"
          "4b09349afe5b6b8b9763fc3fc3bdec6c10ffe05d2830d2a86a782f5abbc1e403"),
])
def test_generic_signatures_are_those_of_the_protocol(pair, message, signature):
    assert pair.public_key_hex() == PUBLIC
    assert pair.sign(message).as_hex() == signature
    assert kailash.EatpSignature.from_hex(signature.upper()).verify(PUBLIC.upper(), message)


@given(st.binary(max_size=100))
def test_the_two_domains_differ(message):
    pair = kailash.EatpKeyPair.generate()
    key = pair.public_key_hex()
    generic = pair.sign(message)
    assert generic.verify(key, message) and not generic.verify_protocol_message(key, message)
    assert generic.verify_protocol_message(key, b"EATP-GENERIC-SIG-v1\0" + message)
    if len(message) != 32:
        plain = pair.sign_protocol(message)
        assert plain.verify_protocol_message(key, message) and not plain.verify(key, message)


def test_protocol_signatures_of_a_hash_are_refused(pair):
    with pytest.raises(ValueError, match="32 bytes are refused"):
        pair.sign_protocol(hashlib.sha256(b"what?").digest())


def test_secrets_are_never_shown(pair):
    assert repr(pair) == "EatpKeyPair(public_key=<redacted>)"
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            attempt(pair)


def test_signatures_are_values(pair):
    signature = pair.sign(b"x")
    again = kailash.EatpSignature.from_bytes(list(signature.as_bytes()))
    assert again == signature and hash(again) == hash(signature) and copy.copy(again) == signature
    assert again != pair.sign(b"y")
    text = signature.as_hex()
    assert repr(signature) == f"EatpSignature({text[:8]}...{text[-8:]})"


@pytest.mark.parametrize("call, error, message", [
    (lambda: kailash.EatpKeyPair(), TypeError, "cannot create"),
    (lambda: kailash.EatpKeyPair.from_seed(b"short"), ValueError, "seed: expected 32 bytes, got 5"),
    (lambda: kailash.EatpKeyPair.from_seed("s" * 32), TypeError, "seed: expected bytes"),
    (lambda: kailash.EatpKeyPair.from_seed([300] * 32), OverflowError, "0 to 255"),
    (lambda: kailash.EatpSignature.from_hex("ab"), ValueError, "signature hex must be 128 chars, got 2"),
    (lambda: kailash.EatpSignature.from_bytes(bytes(63)), ValueError, "expected 64 bytes, got 63"),
    (lambda: kailash.EatpSignature.from_bytes(bytes(64)).verify("zz" * 32, b""), ValueError, "invalid hex"),
    (lambda: kailash.EatpSignature.from_bytes(bytes(64)).verify("00" * 32, b""), ValueError, "small order"),
    (lambda: kailash.EatpSignature.from_bytes(bytes(64)).verify("02" + "00" * 31, b""), ValueError, "not a point"),
    (lambda: kailash.EatpSignature.from_bytes(bytes(64)).verify(PUBLIC, "x"), TypeError, "message: expected bytes"),
    (lambda: kailash.AlgorithmId("x"), ValueError, 'unsupported-algorithm: "x" is unregistered'),
    (lambda: kailash.AlgorithmId(""), ValueError, "unregistered"),
    (lambda: kailash.AlgorithmId("eatp-v2"), ValueError, "reserved"),
    (lambda: kailash.eatp_posture_score("x"), ValueError, "unknown EATP posture: 'x'"),
    (lambda: kailash.eatp_chain_depth_score(-1), OverflowError, "depth"),
])
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---- SignedArtifact ----------------------------------------------------------------------------------------


def test_artifacts_are_signed_over_canonical_json(pair):
    made = kailash.SignedArtifact.sign(b"hi", pair, kailash.AlgorithmId(), "k1")
    text = json.dumps({"alg_id": "eatp-v1", "key_id": "k1", "payload": "6869", "timestamp": made.timestamp,
                       "version": 1}, sort_keys=True, separators=(",", ":"))
    signature = kailash.EatpSignature.from_hex(made.signature)
    assert signature.verify_protocol_message(PUBLIC, text.encode())
    assert made.alg_id == kailash.AlgorithmId() and made.alg_id != "eatp-v1"
    assert len(made.timestamp) == len("2026-01-01T00:00:00.123456789Z")
    assert made.verify(PUBLIC, kailash.AlgorithmId()) is None
    assert repr(made) == 'SignedArtifact(version=1, alg_id="eatp-v1", key_id="k1")'
    assert kailash.SignedArtifact.from_json(made.to_json()).verify(PUBLIC) is None


def test_every_changed_member_of_an_artifact_is_seen(pair):
    made = json.loads(kailash.SignedArtifact.sign(b"hi", pair, kailash.AlgorithmId(), "k1").to_json())
    changes = {"version": 2, "alg_id": "eatp-v2", "key_id": "k2", "payload": "6868",
               "signature": "00" + made["signature"][2:], "timestamp": "2026-01-01T00:00:00Z"}
    assert set(changes) == set(made)
    for name, value in changes.items():
        with pytest.raises(ValueError):
            kailash.SignedArtifact.from_json(json.dumps({**made, name: value})).verify(PUBLIC)
    for name in made:
        with pytest.raises(ValueError, match=name):
            kailash.SignedArtifact.from_json(json.dumps({key: made[key] for key in made if key != name}))
    with pytest.raises(ValueError, match="stands twice"):
        kailash.SignedArtifact.from_json('{"version":1,"version":1}')
    with pytest.raises(ValueError, match="the key did not sign"):
        kailash.SignedArtifact.from_json(json.dumps(made)).verify(kailash.EatpKeyPair.generate().public_key_hex())


# ---- claims ----------------------------------------------------------------------------------------------------


def test_claims_are_signed_and_verified(pair):
    claims = kailash.EatpJwtClaims("me", "you").with_expiry(60).with_custom("list", [1, {"a": None}])
    assert list(claims.to_dict()) == ["iss", "sub", "exp", "nbf", "iat", "jti", "list"]
    assert json.loads(claims.to_json()) == claims.to_dict() and " " not in claims.to_json()
    token = claims.sign(pair)
    assert kailash.EatpJwtClaims.verify(token, PUBLIC).to_dict() == claims.to_dict()
    head, payload, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "EdDSA"
    with pytest.raises(ValueError, match="signature"):
        kailash.EatpJwtClaims.verify(f"{head}.{payload}.{'A' * len(signature)}", PUBLIC)
    with pytest.raises(ValueError, match="not valid"):
        kailash.EatpJwtClaims.verify(kailash.EatpJwtClaims("me", "you").sign(pair), PUBLIC)


def test_claims_never_change():
    claims = kailash.EatpJwtClaims("me", "you")
    assert claims.exp is None and claims.with_expiry(5).jti == claims.jti and claims.exp is None
    for name in ("iss", "sub", "exp", "nbf", "iat", "jti", "aud"):
        with pytest.raises(ValueError, match="registered"):
            claims.with_custom(name, "mine")
    with pytest.raises(ValueError, match="not negative"):
        claims.with_expiry(-1)
    with pytest.raises(OverflowError):
        claims.with_expiry(2**63 - 1)
    with pytest.raises(ValueError, match="NaN"):
        claims.with_custom("x", float("nan"))


# ---- nonces and challenges -------------------------------------------------------------------------------------------


def test_nonces_come_once():
    tracker = kailash.EatpNonceTracker()
    tracker.check_and_record("ab" * 32)
    with pytest.raises(ValueError, match="nonce replay detected"):
        tracker.check_and_record("AB" * 32)
    with pytest.raises(ValueError, match="nonce must be 32 bytes, got 1"):
        tracker.check_and_record("ab")
    with pytest.raises(ValueError, match="invalid hex"):
        tracker.check_and_record("zz" * 32)
    assert len(tracker) == 1 and repr(tracker) == "EatpNonceTracker(entries=1)"
    forgetful = kailash.EatpNonceTracker(max_age_secs=0)
    for number in range(200):
        forgetful.check_and_record(f"{number:064x}")
    forgetful.cleanup()
    assert len(forgetful) == 0


def test_one_of_many_threads_gets_a_nonce():
    tracker = kailash.EatpNonceTracker()
    won = []

    def race():
        for number in range(300):
            try:
                tracker.check_and_record(hashlib.sha256(str(number).encode()).hexdigest())
                won.append(number)
            except ValueError:
                pass

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == list(range(300)) and len(tracker) == 300


def test_challenges_prove_a_key(pair):
    challenge = kailash.eatp_create_challenge("bank")
    assert set(challenge) == {"nonce", "timestamp", "verifier_id"} and len(challenge["nonce"]) == 64
    tracker = kailash.EatpNonceTracker()
    answer = kailash.eatp_respond_challenge(challenge, pair)
    other = kailash.EatpKeyPair.generate().public_key_hex()
    assert not kailash.eatp_verify_challenge(challenge, answer, other, tracker)
    assert not kailash.eatp_verify_challenge({**challenge, "verifier_id": "thief"}, answer, PUBLIC, tracker)
    assert kailash.eatp_verify_challenge(challenge, answer, PUBLIC, tracker)
    assert not kailash.eatp_verify_challenge(challenge, answer, PUBLIC, tracker), "it counts once"
    old = {**challenge, "timestamp": "2020-01-01T00:00:00Z"}
    assert not kailash.eatp_verify_challenge(old, kailash.eatp_respond_challenge(old, pair), PUBLIC)
    for bad in ({}, {**challenge, "nonce": "ab"}, {**challenge, "timestamp": 5}, {**challenge, "timestamp": "now"}):
        with pytest.raises(ValueError, match="challenge|nonce"):
            kailash.eatp_verify_challenge(bad, answer, PUBLIC)


# ---- scores and mappings ------------------------------------------------------------------------------------------------


def test_scores():
    assert [kailash.eatp_chain_depth_score(depth) for depth in (0, 1, 2, 3, 4, 99)] == [0, 100, 80, 60, 40, 40]
    assert [kailash.eatp_constraint_coverage_score(count) for count in (0, 1, 5, 2**40)] == [0, 20, 100, 100]
    postures = ["pseudo_agent", "supervised", "shared_planning", "continuous_insight", "delegated"]
    assert [kailash.eatp_posture_score(name) for name in postures] == [0, 25, 50, 75, 100]
    anchors = [(0, 365), (1, 365), (9, 0), (10, 0), (49, 0), (50, 0), (99, 365)]
    assert [kailash.eatp_track_record_score(*pair) for pair in anchors] == [0, 25, 25, 50, 50, 75, 75]
    days = [0, 29, 30, 89, 90, 179, 180, 365]
    assert [kailash.eatp_track_record_score(100, day) for day in days] == [75, 75, 80, 85, 90, 100, 100, 100]


def test_weighted_scores():
    config = kailash.EatpTrustScoreConfig()
    assert repr(config) == (
        "EatpTrustScoreConfig(posture=0.25, chain=0.25, constraint=0.25, track=0.25, reasoning=0)")
    assert config.is_valid()
    assert config.score("delegated", 1, 5, 100, 365) == {"score": 100.0, "grade": "A"}
    assert config.score("supervised", 2, 3, 10, 0) == {"score": 53.75, "grade": "F"}
    assert kailash.EatpTrustScoreConfig(0.2, 0.2, 0.2, 0.2, 0.2).score("delegated", 1, 5, 100, 365, 50) == (
        {"score": 90.0, "grade": "A"})
    for weights in ((-0.5, 0.5, 0.5, 0.5, 0), (1.5, -0.5, 0, 0, 0), (float("nan"), 0, 0, 0, 0), (1, 1, 0, 0, 0)):
        bad = kailash.EatpTrustScoreConfig(*weights)
        assert not bad.is_valid()
        with pytest.raises(ValueError, match="weights"):
            bad.score("delegated", 1, 5, 100, 365)


def test_articles_of_the_ai_act():
    article = kailash.EatpEuAiActArticle
    assert repr(article.article6()) == str(article.article6()) == "EatpEuAiActArticle.Article6"
    assert kailash.eatp_suggest_eu_ai_act_articles() == [article.article69()]
    assert kailash.eatp_suggest_eu_ai_act_articles(True, True, True, True) == [
        article.article6(), article.article9(), article.article13(), article.article52(), article.article14(),
        article.article15(), article.article69()]
    assert str(kailash.EatpOwaspAgenticItem.prompt_injection()) == "EatpOwaspAgenticItem.PromptInjection"
    assert pickle.loads(pickle.dumps(article.article9())) is article.article9()
    with pytest.raises(TypeError):
        article("EatpEuAiActArticle.Article6")


def test_errors_are_exceptions_of_their_own():
    for name in ("Validation", "Authority", "Envelope", "Constraint", "Delegation"):
        error = getattr(kailash, f"Eatp{name}Error")
        assert error.__bases__ == (kailash.EatpError,)
    assert kailash.EatpError.__bases__ == (Exception,)

"""A grant of trust that is passed on and revoked, and the proof that others can verify."""

import json

import kailash

organisation = kailash.EatpKeyPair.generate()
chain = kailash.EatpCareChain(organisation)
chain.set_genesis("acme")
chain.sign_genesis()
chain.issue_trust("scout", 3)

grants = kailash.EatpDelegationChain(organisation)
scope = kailash.EatpDelegationScope("sales", ["quote"], max_financial_cents=50_000)
first = grants.delegate_record("ada", "scout", ["tool_call", "delegation"], 3, scope)
second = grants.delegate_sub("scout", "clerk", ["tool_call"], 2, scope, first.delegation_id)

document = chain.lineage("scout", [first], manifest=True).to_json()
lineage = kailash.EatpTrustLineageChain.from_dict(json.loads(document))
print(lineage.verify_all(organisation.public_key_hex()))  # 2

grants.revoke(first.delegation_id)
print(grants.revocation_ledger().is_revoked(second))  # True

"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import AuditAnchor as AuditAnchor
from kailash._kailash import TenantContext as TenantContext

__all__ = [
    "AuditAnchor",
    "TenantContext",
]

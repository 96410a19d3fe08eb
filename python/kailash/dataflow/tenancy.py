"""Work on the rows of one tenant."""

from kailash.dataflow import QueryInterceptor, TenantContext, with_tenant

__all__ = ["QueryInterceptor", "TenantContext", "with_tenant"]

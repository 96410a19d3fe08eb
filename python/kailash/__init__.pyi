"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash import dataflow as dataflow, nodes as nodes, runtime as runtime, workflow as workflow
from kailash._kailash import __version__ as __version__
from kailash._kailash import AggregateOp as AggregateOp
from kailash._kailash import AggregateSpec as AggregateSpec
from kailash._kailash import CheckViolationError as CheckViolationError
from kailash._kailash import CheckoutGuard as CheckoutGuard
from kailash._kailash import CircuitBreakerConfig as CircuitBreakerConfig
from kailash._kailash import ClassificationMigrationWindow as ClassificationMigrationWindow
from kailash._kailash import ConstraintViolationError as ConstraintViolationError
from kailash._kailash import DataFlow as DataFlow
from kailash._kailash import DataFlowConfig as DataFlowConfig
from kailash._kailash import DataFlowDatabaseError as DataFlowDatabaseError
from kailash._kailash import DataFlowExpress as DataFlowExpress
from kailash._kailash import DataFlowExpressSync as DataFlowExpressSync
from kailash._kailash import DataFlowInspector as DataFlowInspector
from kailash._kailash import DataFlowTransaction as DataFlowTransaction
from kailash._kailash import DataFlowValidationError as DataFlowValidationError
from kailash._kailash import ExecuteOpts as ExecuteOpts
from kailash._kailash import ExecutionContext as ExecutionContext
from kailash._kailash import FieldDef as FieldDef
from kailash._kailash import FieldType as FieldType
from kailash._kailash import FilterCondition as FilterCondition
from kailash._kailash import ForeignKeyViolationError as ForeignKeyViolationError
from kailash._kailash import GateUndetermined as GateUndetermined
from kailash._kailash import LeakDetector as LeakDetector
from kailash._kailash import LeakRecord as LeakRecord
from kailash._kailash import Migration as Migration
from kailash._kailash import MigrationManager as MigrationManager
from kailash._kailash import ModelDefinition as ModelDefinition
from kailash._kailash import NodeRegistry as NodeRegistry
from kailash._kailash import NotNullViolationError as NotNullViolationError
from kailash._kailash import PoolMetrics as PoolMetrics
from kailash._kailash import PoolMonitorHandle as PoolMonitorHandle
from kailash._kailash import PoolSize as PoolSize
from kailash._kailash import QueryInterceptor as QueryInterceptor
from kailash._kailash import RequiredFieldUnavailableError as RequiredFieldUnavailableError
from kailash._kailash import RequiredFieldUnavailableReason as RequiredFieldUnavailableReason
from kailash._kailash import RetryPolicy as RetryPolicy
from kailash._kailash import RowClassificationRequiredError as RowClassificationRequiredError
from kailash._kailash import RowClassifiedAggregateRefusedError as RowClassifiedAggregateRefusedError
from kailash._kailash import RowLockUnsupportedError as RowLockUnsupportedError
from kailash._kailash import RowStream as RowStream
from kailash._kailash import RunHandle as RunHandle
from kailash._kailash import Runtime as Runtime
from kailash._kailash import RuntimeConfig as RuntimeConfig
from kailash._kailash import SoftTimeLimitExceeded as SoftTimeLimitExceeded
from kailash._kailash import TenantContext as TenantContext
from kailash._kailash import TenantMismatchError as TenantMismatchError
from kailash._kailash import TenantRequiredError as TenantRequiredError
from kailash._kailash import TerminalRecordNotWritten as TerminalRecordNotWritten
from kailash._kailash import UniqueViolationError as UniqueViolationError
from kailash._kailash import Workflow as Workflow
from kailash._kailash import WorkflowBuilder as WorkflowBuilder
from kailash._kailash import WorkflowRegistry as WorkflowRegistry
from kailash._kailash import WriteScope as WriteScope

__all__ = [
    "__version__",
    "AggregateOp",
    "AggregateSpec",
    "CheckViolationError",
    "CheckoutGuard",
    "CircuitBreakerConfig",
    "ClassificationMigrationWindow",
    "ConstraintViolationError",
    "DataFlow",
    "DataFlowConfig",
    "DataFlowDatabaseError",
    "DataFlowExpress",
    "DataFlowExpressSync",
    "DataFlowInspector",
    "DataFlowTransaction",
    "DataFlowValidationError",
    "ExecuteOpts",
    "ExecutionContext",
    "FieldDef",
    "FieldType",
    "FilterCondition",
    "ForeignKeyViolationError",
    "GateUndetermined",
    "LeakDetector",
    "LeakRecord",
    "Migration",
    "MigrationManager",
    "ModelDefinition",
    "NodeRegistry",
    "NotNullViolationError",
    "PoolMetrics",
    "PoolMonitorHandle",
    "PoolSize",
    "QueryInterceptor",
    "RequiredFieldUnavailableError",
    "RequiredFieldUnavailableReason",
    "RetryPolicy",
    "RowClassificationRequiredError",
    "RowClassifiedAggregateRefusedError",
    "RowLockUnsupportedError",
    "RowStream",
    "RunHandle",
    "Runtime",
    "RuntimeConfig",
    "SoftTimeLimitExceeded",
    "TenantContext",
    "TenantMismatchError",
    "TenantRequiredError",
    "TerminalRecordNotWritten",
    "UniqueViolationError",
    "Workflow",
    "WorkflowBuilder",
    "WorkflowRegistry",
    "WriteScope",
]

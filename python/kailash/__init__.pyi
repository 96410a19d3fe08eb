"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash import nodes as nodes, runtime as runtime, workflow as workflow
from kailash._kailash import __version__ as __version__
from kailash._kailash import CircuitBreakerConfig as CircuitBreakerConfig
from kailash._kailash import ExecuteOpts as ExecuteOpts
from kailash._kailash import ExecutionContext as ExecutionContext
from kailash._kailash import GateUndetermined as GateUndetermined
from kailash._kailash import NodeRegistry as NodeRegistry
from kailash._kailash import RetryPolicy as RetryPolicy
from kailash._kailash import RunHandle as RunHandle
from kailash._kailash import Runtime as Runtime
from kailash._kailash import RuntimeConfig as RuntimeConfig
from kailash._kailash import SoftTimeLimitExceeded as SoftTimeLimitExceeded
from kailash._kailash import TerminalRecordNotWritten as TerminalRecordNotWritten
from kailash._kailash import Workflow as Workflow
from kailash._kailash import WorkflowBuilder as WorkflowBuilder
from kailash._kailash import WorkflowRegistry as WorkflowRegistry

__all__ = [
    "__version__",
    "CircuitBreakerConfig",
    "ExecuteOpts",
    "ExecutionContext",
    "GateUndetermined",
    "NodeRegistry",
    "RetryPolicy",
    "RunHandle",
    "Runtime",
    "RuntimeConfig",
    "SoftTimeLimitExceeded",
    "TerminalRecordNotWritten",
    "Workflow",
    "WorkflowBuilder",
    "WorkflowRegistry",
]

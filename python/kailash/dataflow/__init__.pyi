"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash.dataflow.model import db as db
from kailash._kailash import AggregateOp as AggregateOp
from kailash._kailash import AggregateSpec as AggregateSpec
from kailash._kailash import CacheStats as CacheStats
from kailash._kailash import CheckoutGuard as CheckoutGuard
from kailash._kailash import ClassificationMigrationWindow as ClassificationMigrationWindow
from kailash._kailash import ClearanceVerdict as ClearanceVerdict
from kailash._kailash import ComplianceTag as ComplianceTag
from kailash._kailash import CrossFieldRule as CrossFieldRule
from kailash._kailash import DataClassification as DataClassification
from kailash._kailash import DataClassificationPolicy as DataClassificationPolicy
from kailash._kailash import DataFlow as DataFlow
from kailash._kailash import DataFlowConfig as DataFlowConfig
from kailash._kailash import DataFlowEngine as DataFlowEngine
from kailash._kailash import DataFlowEngineBuilder as DataFlowEngineBuilder
from kailash._kailash import DataFlowExpress as DataFlowExpress
from kailash._kailash import DataFlowExpressSync as DataFlowExpressSync
from kailash._kailash import DataFlowFuture as DataFlowFuture
from kailash._kailash import DataFlowInspector as DataFlowInspector
from kailash._kailash import DataFlowTransaction as DataFlowTransaction
from kailash._kailash import DataFlowTransactionSync as DataFlowTransactionSync
from kailash._kailash import DataRetentionEnforcer as DataRetentionEnforcer
from kailash._kailash import DebugAgent as DebugAgent
from kailash._kailash import EmailValidator as EmailValidator
from kailash._kailash import ErrorEnhancer as ErrorEnhancer
from kailash._kailash import F as F
from kailash._kailash import FieldDef as FieldDef
from kailash._kailash import FieldType as FieldType
from kailash._kailash import FieldValidationError as FieldValidationError
from kailash._kailash import FilterCondition as FilterCondition
from kailash._kailash import LazyDataFlow as LazyDataFlow
from kailash._kailash import LeakDetector as LeakDetector
from kailash._kailash import LeakRecord as LeakRecord
from kailash._kailash import LegalHold as LegalHold
from kailash._kailash import LengthValidator as LengthValidator
from kailash._kailash import LoggingConfig as LoggingConfig
from kailash._kailash import MaskingStrategy as MaskingStrategy
from kailash._kailash import ModelDefinition as ModelDefinition
from kailash._kailash import ModelRetentionPolicy as ModelRetentionPolicy
from kailash._kailash import PatternValidator as PatternValidator
from kailash._kailash import PhoneValidator as PhoneValidator
from kailash._kailash import PoolMonitorHandle as PoolMonitorHandle
from kailash._kailash import QueryEngine as QueryEngine
from kailash._kailash import QueryInterceptor as QueryInterceptor
from kailash._kailash import QueryStats as QueryStats
from kailash._kailash import RangeValidator as RangeValidator
from kailash._kailash import RequiredFieldUnavailableError as RequiredFieldUnavailableError
from kailash._kailash import RequiredFieldUnavailableReason as RequiredFieldUnavailableReason
from kailash._kailash import RetentionAction as RetentionAction
from kailash._kailash import RetentionPolicy as RetentionPolicy
from kailash._kailash import SchemaCache as SchemaCache
from kailash._kailash import StrictMode as StrictMode
from kailash._kailash import TenantContext as TenantContext
from kailash._kailash import UrlValidator as UrlValidator
from kailash._kailash import UuidValidator as UuidValidator
from kailash._kailash import ValidationLayer as ValidationLayer
from kailash._kailash import WriteScope as WriteScope
from kailash._kailash import _CallerClearanceGuard as _CallerClearanceGuard
from kailash._kailash import apply_classification_to_record as apply_classification_to_record
from kailash._kailash import apply_read_classification as apply_read_classification
from kailash._kailash import current_caller_clearance as current_caller_clearance
from kailash._kailash import current_caller_clearance_opt as current_caller_clearance_opt
from kailash._kailash import current_clearance_verdict as current_clearance_verdict
from kailash._kailash import format_record_id_for_event as format_record_id_for_event
from kailash._kailash import mask_value as mask_value
from kailash._kailash import models_from_json as models_from_json
from kailash._kailash import reset_caller_clearance as reset_caller_clearance
from kailash._kailash import set_caller_clearance as set_caller_clearance
from kailash._kailash import with_caller_clearance as with_caller_clearance
from kailash._kailash import with_tenant as with_tenant

__all__ = [
    "AggregateOp",
    "AggregateSpec",
    "CacheStats",
    "CheckoutGuard",
    "ClassificationMigrationWindow",
    "ClearanceVerdict",
    "ComplianceTag",
    "CrossFieldRule",
    "DataClassification",
    "DataClassificationPolicy",
    "DataFlow",
    "DataFlowConfig",
    "DataFlowEngine",
    "DataFlowEngineBuilder",
    "DataFlowExpress",
    "DataFlowExpressSync",
    "DataFlowFuture",
    "DataFlowInspector",
    "DataFlowTransaction",
    "DataFlowTransactionSync",
    "DataRetentionEnforcer",
    "DebugAgent",
    "EmailValidator",
    "ErrorEnhancer",
    "F",
    "FieldDef",
    "FieldType",
    "FieldValidationError",
    "FilterCondition",
    "LazyDataFlow",
    "LeakDetector",
    "LeakRecord",
    "LegalHold",
    "LengthValidator",
    "LoggingConfig",
    "MaskingStrategy",
    "ModelDefinition",
    "ModelRetentionPolicy",
    "PatternValidator",
    "PhoneValidator",
    "PoolMonitorHandle",
    "QueryEngine",
    "QueryInterceptor",
    "QueryStats",
    "RangeValidator",
    "RequiredFieldUnavailableError",
    "RequiredFieldUnavailableReason",
    "RetentionAction",
    "RetentionPolicy",
    "SchemaCache",
    "StrictMode",
    "TenantContext",
    "UrlValidator",
    "UuidValidator",
    "ValidationLayer",
    "WriteScope",
    "apply_classification_to_record",
    "apply_read_classification",
    "current_caller_clearance",
    "current_caller_clearance_opt",
    "current_clearance_verdict",
    "db",
    "format_record_id_for_event",
    "mask_value",
    "models_from_json",
    "reset_caller_clearance",
    "set_caller_clearance",
    "with_caller_clearance",
    "with_tenant",
]

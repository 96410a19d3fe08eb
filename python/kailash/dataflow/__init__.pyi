"""Generated from the tables of the library by tools/generate.py; do not edit."""

from kailash._kailash import ClassificationMigrationWindow as ClassificationMigrationWindow
from kailash._kailash import ClearanceVerdict as ClearanceVerdict
from kailash._kailash import ComplianceTag as ComplianceTag
from kailash._kailash import DataClassification as DataClassification
from kailash._kailash import DataClassificationPolicy as DataClassificationPolicy
from kailash._kailash import MaskingStrategy as MaskingStrategy
from kailash._kailash import RequiredFieldUnavailableError as RequiredFieldUnavailableError
from kailash._kailash import RequiredFieldUnavailableReason as RequiredFieldUnavailableReason
from kailash._kailash import _CallerClearanceGuard as _CallerClearanceGuard
from kailash._kailash import apply_classification_to_record as apply_classification_to_record
from kailash._kailash import current_caller_clearance as current_caller_clearance
from kailash._kailash import current_caller_clearance_opt as current_caller_clearance_opt
from kailash._kailash import current_clearance_verdict as current_clearance_verdict
from kailash._kailash import mask_value as mask_value
from kailash._kailash import reset_caller_clearance as reset_caller_clearance
from kailash._kailash import set_caller_clearance as set_caller_clearance
from kailash._kailash import with_caller_clearance as with_caller_clearance

__all__ = [
    "ClassificationMigrationWindow",
    "ClearanceVerdict",
    "ComplianceTag",
    "DataClassification",
    "DataClassificationPolicy",
    "MaskingStrategy",
    "RequiredFieldUnavailableError",
    "RequiredFieldUnavailableReason",
    "apply_classification_to_record",
    "current_caller_clearance",
    "current_caller_clearance_opt",
    "current_clearance_verdict",
    "mask_value",
    "reset_caller_clearance",
    "set_caller_clearance",
    "with_caller_clearance",
]

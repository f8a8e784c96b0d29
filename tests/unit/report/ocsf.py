"""What OCSF requires of every record of a finding."""

REQUIRED_OF_FINDINGS = frozenset(
    {"activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"}
)

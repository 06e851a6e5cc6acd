"""run_audit(plan) -> AuditResult: the only module that knows every stage."""

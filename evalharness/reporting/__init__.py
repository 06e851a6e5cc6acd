"""From an ``AuditResult`` to what people read: formats numbers, computes none.

``metrics_csv`` and ``summary_table`` show every number of the local run; ``html.render_html`` applies the
disclosure floor, since a report is passed on. Every sentence of ours stands in ``wording`` or
``keywording``.
"""

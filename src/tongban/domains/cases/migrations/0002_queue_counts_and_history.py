"""Counts kept by statement triggers, whoever writes a case; history that can only grow."""

from django.db import migrations

COUNT_FUNCTIONS = """
CREATE FUNCTION cases_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cases_tallychange (department, status, due_on, amber_on, change)
    SELECT department, status, due_on, amber_on, count(*)
    FROM added GROUP BY department, status, due_on, amber_on;
    RETURN NULL;
END $$;

CREATE FUNCTION cases_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cases_tallychange (department, status, due_on, amber_on, change)
    SELECT department, status, due_on, amber_on, sum(n)
    FROM (
        SELECT department, status, due_on, amber_on, 1 AS n FROM added
        UNION ALL
        SELECT department, status, due_on, amber_on, -1 FROM gone
    ) AS moved
    GROUP BY department, status, due_on, amber_on HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE FUNCTION cases_count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cases_tallychange (department, status, due_on, amber_on, change)
    SELECT department, status, due_on, amber_on, -count(*)
    FROM gone GROUP BY department, status, due_on, amber_on;
    RETURN NULL;
END $$;

CREATE TRIGGER cases_count_added AFTER INSERT ON cases_case
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cases_count_added();
CREATE TRIGGER cases_count_changed AFTER UPDATE ON cases_case
    REFERENCING NEW TABLE AS added OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION cases_count_changed();
CREATE TRIGGER cases_count_removed AFTER DELETE ON cases_case
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION cases_count_removed();
"""
COUNT_FUNCTIONS_GONE = """
DROP TRIGGER cases_count_added ON cases_case;
DROP TRIGGER cases_count_changed ON cases_case;
DROP TRIGGER cases_count_removed ON cases_case;
DROP FUNCTION cases_count_added();
DROP FUNCTION cases_count_changed();
DROP FUNCTION cases_count_removed();
"""
HISTORY_ONLY_GROWS = """
CREATE FUNCTION cases_history_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a case is never changed';
END $$;
CREATE TRIGGER cases_history_only_grows BEFORE UPDATE OR DELETE ON cases_historyentry
    FOR EACH ROW EXECUTE FUNCTION cases_history_only_grows();
CREATE TRIGGER cases_decision_stands BEFORE UPDATE OR DELETE ON cases_decision
    FOR EACH ROW EXECUTE FUNCTION cases_history_only_grows();
"""
HISTORY_ONLY_GROWS_GONE = """
DROP TRIGGER cases_history_only_grows ON cases_historyentry;
DROP TRIGGER cases_decision_stands ON cases_decision;
DROP FUNCTION cases_history_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(COUNT_FUNCTIONS, COUNT_FUNCTIONS_GONE),
        migrations.RunSQL(HISTORY_ONLY_GROWS, HISTORY_ONLY_GROWS_GONE),
    ]

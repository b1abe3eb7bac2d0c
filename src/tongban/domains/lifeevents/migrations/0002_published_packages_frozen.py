from django.db import migrations

FREEZE = """
CREATE FUNCTION lifeevents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published package version is never changed (%)', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER package_version_frozen BEFORE UPDATE OR DELETE ON lifeevents_packageversion
    FOR EACH ROW EXECUTE FUNCTION lifeevents_refuse_change();
"""
THAW = """
DROP TRIGGER package_version_frozen ON lifeevents_packageversion;
DROP FUNCTION lifeevents_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("lifeevents", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]

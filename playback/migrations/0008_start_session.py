"""A slot and a session in one statement.

A function, because each statement in it sees what was committed before that statement: the
count sees the sessions of the start that held the lock until then. One statement with the
lock in it would count what there was before it began to wait.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION playback_start_session(
  session jsonb, streams integer, streams_of_family integer, evict text,
  heard_since timestamptz
) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  new playback_playbacksession :=
    jsonb_populate_record(NULL::playback_playbacksession, session);
  in_all integer;
  of_family integer;
  active jsonb;
BEGIN
  IF new.account_id IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(
      hashtextextended('streams:' || (new.facts ->> 'owner'), 0));
    SELECT count(*),
           count(*) FILTER (WHERE other.facts ->> 'family' = new.facts ->> 'family'),
           jsonb_agg(jsonb_build_array(other.public_id, other.facts) ORDER BY other.id)
      INTO in_all, of_family, active
      FROM playback_playbacksession other
     WHERE other.account_id = new.account_id
       AND other.ended_at IS NULL AND other.last_seen_at > heard_since
       AND other.facts ->> 'device' IS DISTINCT FROM new.facts ->> 'device'
       AND other.public_id <> evict;
    IF in_all >= streams OR of_family >= streams_of_family THEN
      RETURN jsonb_build_object('outcome', 'full', 'active', active);
    END IF;
  END IF;
  new.id := nextval(pg_get_serial_sequence('playback_playbacksession', 'id'));
  INSERT INTO playback_playbacksession VALUES (new.*)
    ON CONFLICT (public_id) DO NOTHING;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('outcome', 'repeated');
  END IF;
  UPDATE playback_playbacksession other
     SET ended_at = new.started_at,
         end_reason = CASE
           WHEN other.facts ->> 'device' = new.facts ->> 'device' THEN 'replaced'
           ELSE 'taken_over' END
   WHERE other.account_id = new.account_id AND other.id <> new.id
     AND other.ended_at IS NULL AND other.last_seen_at > heard_since
     AND (other.facts ->> 'device' = new.facts ->> 'device'
          OR other.public_id = evict);
  RETURN jsonb_build_object('outcome', 'started');
END $$
"""
DROP = "DROP FUNCTION playback_start_session(jsonb, integer, integer, text, timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("playback", "0007_what_a_pin_opened")]

    operations = [migrations.RunSQL(CREATE, DROP)]

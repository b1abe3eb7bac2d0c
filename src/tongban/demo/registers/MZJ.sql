CREATE TABLE register (number text PRIMARY KEY, spouse_name text, spouse_number text, certificate text);

-- HMAC-SHA-256 (RFC 2104): PostgreSQL itself has SHA-256 only. Keys are shorter than a block.
CREATE FUNCTION padded(key bytea, pad integer) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    block bytea := key || decode(repeat('00', 64 - length(key)), 'hex');
BEGIN
    FOR place IN 0..63 LOOP
        block := set_byte(block, place, get_byte(block, place) # pad);
    END LOOP;
    RETURN block;
END $$;

CREATE FUNCTION message_hash(key bytea, message bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(padded(key, 92) || sha256(padded(key, 54) || int8send(length(message)) || message))
$$;

-- What the platform may call: it answers about one person and logs who asked, in one transaction.
CREATE FUNCTION tongban_marriage(exchange_id uuid, key text, client text, resource text, number text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    how text := coalesce((SELECT kind FROM fault LIMIT 1), '');
    found register%ROWTYPE;
    asked text := '{"number":"' || number || '","resource":"' || resource || '"}';
    answer text := '{"jg":"0"}';
    outcome text := 'NOT_FOUND';
BEGIN
    IF how = 'down' THEN
        RAISE EXCEPTION 'closed for maintenance' USING ERRCODE = 'cannot_connect_now';
    END IF;
    SELECT * INTO found FROM register WHERE CASE WHEN how = 'other' THEN register.number <> $5 ELSE register.number = $5 END
     ORDER BY register.number LIMIT 1;
    IF how = 'refuse' THEN
        answer := '{"jg":"3"}';
        outcome := 'NOT_ALLOWED';
    ELSIF how IN ('garbage', 'huge') THEN
        answer := 'ORA-00942';
        outcome := 'FOUND';
    ELSIF found.number IS NOT NULL THEN
        -- GB/T 2261.2: 10 未婚, 20 已婚.
        answer := json_build_object('jg', '1', 'jl', json_build_object(
            'sfzh', found.number, 'hyzt', CASE WHEN found.spouse_number IS NULL THEN '10' ELSE '20' END,
            'poxm', found.spouse_name, 'posfzh', found.spouse_number, 'jhzh', found.certificate))::text;
        outcome := 'FOUND';
    END IF;
    INSERT INTO request_log (exchange_id, at, client, resource, request_hash, response_hash, outcome)
    SELECT $1, coalesce(clock.at, now()), $3, $4, message_hash(decode($2, 'hex'), convert_to(asked, 'UTF8')),
           message_hash(decode($2, 'hex'), convert_to(answer, 'UTF8')), outcome FROM clock;
    IF how = 'slow' THEN
        PERFORM pg_sleep(4);
    ELSIF how = 'hang' THEN
        PERFORM pg_sleep(60);
    END IF;
    RETURN answer;
END $$;
REVOKE ALL ON FUNCTION tongban_marriage FROM PUBLIC;

CREATE TABLE request_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange_id uuid NOT NULL,
    at timestamptz NOT NULL,
    client text NOT NULL,
    resource text NOT NULL,
    purpose text NOT NULL DEFAULT '',
    cause text NOT NULL DEFAULT '',
    request_hash bytea NOT NULL,
    response_hash bytea NOT NULL,
    outcome text NOT NULL,
    signature text NOT NULL DEFAULT ''
);
CREATE TABLE fault (kind text NOT NULL);
CREATE TABLE clock (at timestamptz);
INSERT INTO clock VALUES (NULL);

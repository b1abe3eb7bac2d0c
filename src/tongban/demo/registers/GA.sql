CREATE TABLE register (
    number text PRIMARY KEY, name text NOT NULL, sex text NOT NULL, birth_date date NOT NULL, ethnicity text NOT NULL,
    household_address text NOT NULL
);

CREATE TABLE register (
    number text PRIMARY KEY, name text NOT NULL, kind text NOT NULL, legal_representative text, legal_representative_number text,
    address text NOT NULL, business_scope text NOT NULL, has_catering boolean NOT NULL, industry text NOT NULL,
    capital_wan_yuan numeric(18, 6) NOT NULL, founded_date date NOT NULL, status text NOT NULL
);

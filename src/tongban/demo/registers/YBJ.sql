CREATE TABLE register (number text PRIMARY KEY, is_employee_insured boolean NOT NULL, insured_division text);

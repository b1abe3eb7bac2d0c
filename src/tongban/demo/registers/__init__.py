"""Four departments' own registers: public security, market regulation, civil affairs and medical insurance.

Each is a process with a database of its own and speaks the way such systems grew: REST, an envelope with codes, a stored function, XML.
They stand for what departments bring along and use none of the platform's code. `making` alone is the demo's: it creates and fills them.
"""

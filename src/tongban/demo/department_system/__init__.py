"""The system of the sample city's tobacco office: a process of its own with a database of its own.

It stands for what a department brings along. It knows the platform by its open API alone and uses none of its code.
"""

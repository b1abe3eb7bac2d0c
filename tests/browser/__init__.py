"""Tests in a real browser. A package, so that its city is emptied when they are done."""

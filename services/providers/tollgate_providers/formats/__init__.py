"""Wire formats: what clients say and hear, and what providers say and hear, one folder each."""

"""How the rates of groups differ: formulas, intervals that hold near equality, the floor under equality."""

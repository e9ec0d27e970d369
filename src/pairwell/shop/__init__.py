"""The face: open a workspace and use all of it from Python."""

"""HTTP for people: reports, and the ground on which other pages stand."""

"""When a slug changes, what was printed, linked and bookmarked still arrives."""

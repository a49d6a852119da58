"""The shipped suite: its cases asked, measured, compared, and what a gate demands of them."""

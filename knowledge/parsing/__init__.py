"""HTML and Markdown into the one form that article bodies have.

`markdown` and `html` are the doors, `front_matter` reads what stands above a text. Behind `html`: `html_tree` prepares,
`converter` and `tables` write. Behind `markdown`: `blocks` and `inline` free it of raw HTML, on `tokens` and `edits`.
Both: `characters`, `elements`, `markup`, `slug`.
"""

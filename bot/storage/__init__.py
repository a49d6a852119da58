"""Every SQL statement: `database` opens, `schema` and `migrations` say what there is, then one file a noun."""

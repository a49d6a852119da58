"""Every sentence a customer reads and every prompt a model reads, as templates with declared variables; and their token
budget."""

"""Questions that agents try: asked like a customer's, and never stored as one."""

"""What people do about wrong and missing answers: proposed cases, gaps, the health of the articles."""

"""How people are told outside the house: their own rules, and the company's for those who have none."""

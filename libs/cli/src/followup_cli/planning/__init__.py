"""What files say against what the API has: plans show the differences, and make them."""

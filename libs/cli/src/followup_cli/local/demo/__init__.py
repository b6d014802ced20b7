"""The demo: Larkfield, which supplies offices with coffee machines and beans."""

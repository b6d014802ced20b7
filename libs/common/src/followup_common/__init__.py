import gc

# Nearly all that a starting service makes stays for good. Looking through it as often as Python usually does
# takes a tenth of the time to start.
gc.set_threshold(50_000, 20, 20)

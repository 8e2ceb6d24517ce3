"""Partner API of pensions."""

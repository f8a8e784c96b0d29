"""From a finding to the least policy that closes it at the gateway: pure functions, one file for each kind of cure."""

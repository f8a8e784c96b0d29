"""What an assessment needs of the world: a transport to one origin, a listener on loopback, identities that log in."""

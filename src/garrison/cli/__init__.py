"""The command line: one file for each command, thin. What a command needs is imported when it runs."""

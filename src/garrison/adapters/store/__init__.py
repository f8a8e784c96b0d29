"""What is kept: the spool that exchanges are recorded in, the data set that it becomes, and how both are read."""

"""Who somebody is: whether credentials are asked for, checked, kept and ended as they should be."""

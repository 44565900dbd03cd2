"""What changes groups, one module for each noun. A change of somebody else's is on record, and they are told."""

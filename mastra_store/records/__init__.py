"""What methods take and return: plain data, one module per domain."""

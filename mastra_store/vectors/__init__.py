"""Vector stores: the contract that all of them keep, the filter language, and the stores on no database of ours."""

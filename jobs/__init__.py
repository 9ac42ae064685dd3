"""Work that runs by itself. Each file starts one family of it; what is done is the core's."""

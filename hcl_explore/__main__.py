"""``python -m hcl_explore``: the command line."""

from hcl_explore.cli import main

main()

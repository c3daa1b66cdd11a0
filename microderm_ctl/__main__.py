"""``python -m microderm_ctl`` is ``microderm``."""

from microderm_ctl.cli.main import main

main()

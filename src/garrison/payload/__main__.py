"""`python -m garrison.payload`: compile all signs now and keep them, as `python -m compileall` does with bytecode.

For who installs: an image whose programs may write nothing then starts without compiling anything. They are kept also
where Python is told to write no bytecode, for that is what was asked for.
"""

import sys

from garrison.payload.judge import prepare

if __name__ == "__main__":
    sys.dont_write_bytecode = False
    prepare()

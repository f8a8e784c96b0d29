"""Words that signs are made of: texts of them come near to what signs find."""

from typing import Final

from garrison.payload.places import SIGNS

WORDS: Final = sorted({
    word
    for sign in SIGNS
    for word in sign.pattern.replace("(", " ").replace(")", " ").replace("|", " ").split()
    if word.replace("_", "").isalnum()
})  # fmt: skip

"""Where the service key comes from: the keyring of the system, or it is typed. Never a file, an argument or the environment."""

from typing import Any, Final

from microderm_ctl.bench.live.unlock import service_key
from microderm_ctl.cli.context import Invocation
from microderm_ctl.errors import FileProblem, UsageProblem

SERVICE: Final = "microderm service key"
USER: Final = "bench"
ASK: Final = "Service key (not shown):"
ASK_PRACTICE: Final = "Service key (not shown; SIMULATED: Enter takes the practice key):"
_INSTALL: Final = "Install it with: pip install 'microderm-ctl[bench]'."


def find_key(call: Invocation, is_simulated: bool) -> bytes:
    """Return the service key: that of practice for a simulated unit unless another is typed, else from the keyring, else typed.

    Raises:
        UsageProblem: nobody can be asked, or what was typed is no key.
    """
    if is_simulated:
        typed = call.ask.secret(ASK_PRACTICE, may_be_empty=True) if call.ask.can_ask else ""
        return service_key(typed) if typed else practice_key()
    kept = kept_key()
    if kept is not None:
        call.printer.chat(1, "the service key is from the keyring")
        return service_key(kept)
    return service_key(typed_key(call))


def typed_key(call: Invocation) -> str:
    """Return the key as it is typed.

    Raises:
        UsageProblem: there is no terminal.
    """
    if not call.ask.can_ask:
        raise UsageProblem(
            "The service key has to be typed, and there is no terminal.",
            "Type 'microderm bench unlock --keep' at a terminal once. The keyring then has it.",
        )
    return call.ask.secret(ASK)


def practice_key() -> bytes:
    """Return the key that every simulated unit has."""
    from microderm_ctl.simulator.board import PRACTICE_SERVICE_KEY

    return PRACTICE_SERVICE_KEY


def kept_key() -> str | None:
    """Return what the keyring holds; None where there is no keyring, or nothing in it."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, USER)
    except KeyringError:
        return None


def keep_key(text: str) -> None:
    """Put a key into the keyring.

    Raises:
        FileProblem: there is none, or it does not take it.
    """
    keyring, trouble = _keyring()
    try:
        keyring.set_password(SERVICE, USER, text)
    except trouble as error:
        raise FileProblem(f"The keyring of this computer does not take the key: {error}.", "Type the key when it is asked for.") from error


def forget_key() -> None:
    """Take the key out of the keyring.

    Raises:
        FileProblem: there is none, or it holds no key.
    """
    keyring, trouble = _keyring()
    try:
        keyring.delete_password(SERVICE, USER)
    except trouble as error:
        raise FileProblem(f"The keyring gives the key not away: {error}.", "Nothing was changed.") from error


def _keyring() -> tuple[Any, type[Exception]]:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise FileProblem("The package 'keyring' is not installed.", _INSTALL) from error
    return keyring, KeyringError

"""The table of targets, and what it is to send to one: a folder that is filled whole or not at all."""

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

from core.adapters.sending.ctranslate import CTranslateFolder
from core.adapters.sending.fitting import refuse
from core.adapters.sending.hugging_face import HuggingFaceFolder
from core.adapters.sending.onnx_graphs import OnnxFolder
from core.adapters.sending.parcel import Parcel, Trained, pack
from core.adapters.sending.target import AbstractTarget
from core.errors import SettingError
from core.language import tr

SENT_AS: dict[str, type[AbstractTarget]] = {
    kind.name: kind for kind in (HuggingFaceFolder, OnnxFolder, CTranslateFolder)
}


def packed_for(trained: Trained, target: AbstractTarget) -> Parcel:
    """A trained model, ready for a target.

    Raises:
        SettingError: the target cannot compute what the model does; the message names the setting and what would fit.
    """
    refuse(trained.config.model, trained.vocabularies[0], target.fits)
    return pack(trained)


def send(parcel: Parcel, target: AbstractTarget, folder: Path) -> None:
    """Fill a folder, which then is there whole.

    Raises:
        SettingError: the folder holds something already, or cannot be written.
        MissingExtra: a package that writes it is not installed.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingError(
                tr("{folder} is there and not empty, and nothing is overwritten: choose another folder", folder=folder)
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".sending-", dir=folder.parent))
        try:
            target.fill(parcel, draft)
            draft.chmod(0o755)  # a temporary folder is its owner's alone
            if folder.exists():
                folder.rmdir()
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    except OSError as error:
        raise SettingError(
            tr("cannot write {folder}: {strerror}; choose another place", folder=folder, strerror=error.strerror)
        ) from error


def zipped(parcel: Parcel, target: AbstractTarget, name: str) -> bytes:
    """What `send` writes, as a zip file in memory, in a folder of this name.

    Raises:
        MissingExtra: a package that writes it is not installed.
    """
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        folder = Path(place) / name
        send(parcel, target, folder)
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{name}/{path.name}")
    return content.getvalue()

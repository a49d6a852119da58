"""Probes: is the process alive, and can it answer?"""

from fastapi import APIRouter

from bot.errors import IndexUnavailable, StorageError
from bot.web.dependencies import RunningService
from bot.web.errors import NotReady, documented_errors
from bot.web.schemas import HealthOut
from bot.web.service import Service

router = APIRouter(tags=["Operations"])


@router.head("/livez", include_in_schema=False)
@router.get("/livez")
async def alive() -> HealthOut:
    """Answers as long as the process runs; depends on nothing."""
    return HealthOut(status="alive")


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses=documented_errors(503))
async def ready(service: RunningService) -> HealthOut:
    """Answers 200 when an index is loaded, the encoder is warm and the database can be written."""
    return await service.read(lambda: readiness(service))


def readiness(service: Service) -> HealthOut:
    """The index generation that answers, and by what threshold. Raises NotReady with what is missing."""
    if service.stopping.is_set():
        raise NotReady("The server is stopping.")
    if not service.warm:
        raise NotReady("The encoder is still being loaded; wait a few seconds.")
    try:
        number = service.footnote.index.current().number
        with service.footnote.database.write():
            state = service.footnote.threshold().state
            return HealthOut(status="ready", index_generation=number, calibration=state)
    except (IndexUnavailable, StorageError) as error:
        raise NotReady(str(error)) from error

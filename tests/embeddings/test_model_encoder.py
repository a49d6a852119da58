from embeddings.model_encoder import ModelEncoder
from embeddings.model_files import bundled_minilm


def test_an_encoder_is_what_its_files_say() -> None:
    files = bundled_minilm()
    encoder = ModelEncoder(files)
    assert (encoder.identity, encoder.dimensions, encoder.max_tokens) == (files.identity, 384, 256)

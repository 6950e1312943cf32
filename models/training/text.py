"""Text preparation of ALBERT (SentencePiece mode) and the encoding of sentences."""
import unicodedata


def normalise(text: str) -> str:
    text = " ".join(text.split()).replace("``", '"').replace("''", '"')
    text = unicodedata.normalize("NFKD", text)
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


def encode(processor, texts: list[str]) -> list[list[int]]:
    """Piece ids; a piece that ends in a digit and a comma is cut again without the comma."""
    result = []
    for pieces in processor.encode([normalise(t) for t in texts], out_type=str):
        out = []
        for piece in pieces:
            if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
                again = processor.encode(piece[:-1].replace("▁", ""), out_type=str)
                if piece[0] != "▁" and again and again[0][0] == "▁":
                    again = again[1:] if len(again[0]) == 1 else [again[0][1:]] + again[1:]
                out += again + [","]
            else:
                out.append(piece)
        result.append([processor.piece_to_id(p) for p in out])
    return result

"""Starting point of the pre-training: everything here is computed from the training text or is a fixed pattern.

A small masked LM spends much of a short run at the unigram plateau until some heads find the neighbouring
positions. Three things shorten that: word embeddings from PPMI co-occurrence vectors, output biases from the
unigram frequencies, and sinusoidal position embeddings with some heads looking at fixed relative offsets.
"""
import numpy
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds


def ppmi_vectors(ids, size, width, window=4, seed=0):
    counts = numpy.zeros(size * size, dtype=numpy.float32)
    for distance in range(1, window + 1):
        counts += numpy.bincount(ids[:-distance] * size + ids[distance:], minlength=size * size) / distance
    counts = counts.reshape(size, size)
    counts += counts.T.copy()
    rows = counts.sum(1) + 1
    columns = rows ** 0.75
    columns *= rows.sum() / columns.sum()
    with numpy.errstate(divide="ignore"):
        counts = numpy.log(counts * rows.sum() / rows[:, None] / columns[None, :])
    counts[~(counts > 0)] = 0
    u, s, _ = svds(csr_matrix(counts), k=width, random_state=seed)
    vectors = u * numpy.sqrt(s)
    norms = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / numpy.maximum(norms, 1e-6)).astype(numpy.float32)


@torch.no_grad()
def initialise(model, ids, seed):
    config = model.config
    size, width, hidden = config.vocab_size, config.embedding_size, config.hidden_size
    head = hidden // config.num_attention_heads
    frequencies = head // 2
    words = width - 2 * frequencies
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape, std):
        return torch.randn(*shape, generator=generator) * std

    embeddings = model.albert.embeddings
    table = embeddings.word_embeddings.weight
    table.copy_(normal(size, width, std=0.01))
    vectors = torch.from_numpy(ppmi_vectors(ids, size, words, seed=seed))
    spin = torch.linalg.qr(normal(words, words, std=1.0))[0]
    table[5:, :words] = 0.5 * (vectors @ spin)[5:]
    table[0] = 0

    rates = torch.cat([torch.tensor([0.01, 0.03, 0.1, 0.25]),
                       torch.rand(frequencies - 4, generator=generator) * 2.7 + 0.4])
    angles = torch.arange(config.max_position_embeddings)[:, None] * rates[None]
    embeddings.position_embeddings.weight.zero_()
    embeddings.position_embeddings.weight[:, words:words + frequencies] = 0.087 * angles.sin()
    embeddings.position_embeddings.weight[:, words + frequencies:] = 0.087 * angles.cos()
    embeddings.token_type_embeddings.weight.copy_(normal(config.type_vocab_size, width, std=0.01))

    mapping = model.albert.encoder.embedding_hidden_mapping_in
    basis = torch.linalg.qr(normal(hidden, width, std=1.0))[0]
    mapping.weight.copy_(basis * 2 ** 0.5)
    mapping.bias.zero_()
    place = basis[:, words:].T  # [2 * frequencies, hidden]: hidden state -> (sin, cos) of its position

    offsets = [[-1, 1, -2, 2, -3, 3], [-1, 1, -2, 2]]
    for number, group in enumerate(model.albert.encoder.albert_layer_groups):
        layer = group.albert_layers[0]
        attention = layer.attention
        for linear, std in ((attention.query, 0.04), (attention.key, 0.04), (attention.value, 0.05),
                            (attention.dense, 0.04), (layer.ffn, 0.05), (layer.ffn_output, 0.02)):
            linear.weight.copy_(normal(*linear.weight.shape, std=std))
            linear.bias.zero_()
        for index, offset in enumerate(offsets[min(number, 1)]):
            rows = slice(index * head, (index + 1) * head)
            turn = offset * rates
            sin, cos = place[:frequencies], place[frequencies:]
            scale = 0.65
            attention.key.weight[rows] = scale * place
            attention.query.weight[rows] = scale * torch.cat(
                [turn.cos()[:, None] * sin + turn.sin()[:, None] * cos,
                 turn.cos()[:, None] * cos - turn.sin()[:, None] * sin])

    predictions = model.predictions
    predictions.dense.weight.copy_(normal(*predictions.dense.weight.shape, std=0.06))
    predictions.dense.bias.zero_()
    unigram = numpy.bincount(ids, minlength=size) + 0.5
    predictions.bias.copy_(torch.from_numpy(numpy.log(unigram / unigram.sum())).float())
    for linear in (model.albert.pooler, model.sop_classifier.classifier):
        linear.weight.copy_(normal(*linear.weight.shape, std=0.04))
        linear.bias.zero_()

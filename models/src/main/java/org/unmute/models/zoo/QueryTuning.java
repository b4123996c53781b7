package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * A head of visual query tuning (Tu et al. 2023) on BAT, as BAT_ICML2026 trains it (models/vit.py): it scores clips
 * with what was trained there, and is not trained here. Each block has learned queries. They pass it beside the tokens
 * of the recording, which they attend to; the tokens do not attend to them and stay those of the encoder. The
 * descriptor holds the class token after the last block, divided by its length, and for each block its queries side by
 * side, likewise divided; of a recording in several chunks, their mean before. The head is {@code W LN(d) + b}, eps
 * 1e-6.
 *
 * <p>It needs the encoder's blocks, so that it runs on spectrograms and not on a cache of tokens. Immutable and
 * thread-safe.
 */
public final class QueryTuning {
    private static final String QUERIES = "vqt";
    private static final String NORM = "head.0";
    private static final String HEAD = "head.1";

    private final ChunkedVit network;
    private final List<TransformerBlock> blocks;
    /** {@code [blocks, queries, dim]}. */
    private final Tensor queries;

    private final LayerNorm norm;
    private final Linear head;

    private QueryTuning(ChunkedVit network, Tensor queries, LayerNorm norm, Linear head) {
        this.network = network;
        this.blocks = network.vit().trunk().blocks();
        this.queries = queries;
        this.norm = norm;
        this.head = head;
    }

    /**
     * Reads a trained head.
     *
     * @param bat the network of the encoder that it was trained on
     * @param file has {@code vqt}, {@code [blocks, queries, dim]}, {@code head.0} (the norm) and {@code head.1} (the
     *     linear layer), each with weight and bias
     * @throws IllegalArgumentException if the network is not BAT's
     * @throws UnusableCheckpointException if a tensor is missing or has another shape
     */
    public static QueryTuning read(EncoderNetwork bat, Checkpoint file) {
        if (!(bat instanceof ChunkedVit network) || !network.spec().name().equals(Bat.NAME)) {
            throw new IllegalArgumentException("query tuning: the encoder is "
                    + bat.spec().name()
                    + ", but heads with queries in every block are read for BAT only: open the encoder " + Bat.NAME);
        }
        CheckpointWeights w = new CheckpointWeights(file);
        long blocks = network.vit().trunk().blocks().size();
        long dim = network.vit().positions().size(2);
        long count = w.size(QUERIES, 3, 1);
        long features = dim * (1 + blocks * count);
        return new QueryTuning(
                network,
                w.tensor(QUERIES, blocks, count, dim),
                LayerNorm.read(w, NORM, features, Vit.EPS),
                Linear.read(w, HEAD, w.size(HEAD + ".weight", 2, 0), features));
    }

    /** Number of classes. */
    public int classes() {
        return head.weight().shape().dim(0);
    }

    /**
     * The descriptors of recordings of one length.
     *
     * @param spectrogram {@code [batch, frames, bins]}, as the encoder's front end makes it
     * @return {@code [batch, dim (1 + blocks queries)]}
     */
    public Tensor features(Tensor spectrogram) {
        return Grad.withoutRecording(() -> {
            Tensor sum = null;
            List<Tensor> chunks = network.chunks().of(network.prepare().apply(spectrogram, Trace.NONE));
            for (Tensor chunk : chunks) {
                Tensor own = TensorScope.only(() -> ofChunk(chunk));
                sum = sum == null ? own : sum.plus(own);
            }
            Tensor mean = sum.times(1.0 / chunks.size());
            long batch = mean.size(0);
            Tensor ofBlocks = mean.slice(1, 1, mean.size(1) - 1)
                    .reshape(batch, queries.size(0), queries.size(1) * queries.size(2))
                    .l2Normalize(-1);
            return Tensor.concat(1, mean.select(1, 0).l2Normalize(-1), ofBlocks.reshape(batch, -1));
        });
    }

    /** The class token after the last block, then the queries of each: {@code [batch, 1 + blocks queries, dim]}. */
    private Tensor ofChunk(Tensor chunk) {
        int rows = chunk.shape().dim(1) / network.chunks().patch();
        Tensor x = network.vit().at(network.positions().apply(rows)).beforeBlocks(chunk, Trace.NONE);
        List<Tensor> seen = new ArrayList<>();
        for (int l = 0; l < blocks.size(); l++) {
            Tensor own = queries.slice(0, l, 1).expand(x.size(0), queries.size(1), queries.size(2));
            seen.add(blocks.get(l).applyToFurther(own, x));
            x = blocks.get(l).apply(x);
        }
        seen.addFirst(x.slice(1, 0, 1));
        return Tensor.concat(1, seen.toArray(Tensor[]::new));
    }

    /**
     * The scores before the sigmoid or softmax.
     *
     * @param features as {@link #features} gave them
     * @return {@code [batch, classes]}
     */
    public Tensor logits(Tensor features) {
        return Grad.withoutRecording(() -> head.apply(norm.apply(features)));
    }
}

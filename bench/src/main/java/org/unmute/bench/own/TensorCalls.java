package org.unmute.bench.own;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;
import org.unmute.tensor.op.Unary;

/** Calls from tensors to tensors. */
final class TensorCalls {
    private static final double EPS = 1e-6;

    private TensorCalls() {}

    /** A linear map without bias on weights packed once, like an encoder's. */
    static Peer.Call matmul(CaseFolder folder) throws IOException {
        Tensor x = tensor(folder, "x");
        Tensor weight = tensor(folder, "w").freeze();
        return new ScopedCall(() -> Map.of("y", x.linear(weight, null)));
    }

    /** The max cosine of every binarized prototype over a clip's tokens, and its winner. */
    static Peer.Call match(CaseFolder folder) throws IOException {
        Tensor tokens = Tensor.of(folder.floats("x"), 1, folder.size("tokens"), folder.size("dim"));
        Tensor bank = tensor(folder, "p").freeze();
        return new ScopedCall(() -> {
            PrototypeMaxPool pool = tokens.binaryPrototypeMaxPool(bank);
            return Map.of("score", pool.values(), "winner", pool.winners());
        });
    }

    /** Pre-norm transformer blocks and a final norm, from tokens to tokens. */
    static Peer.Call forward(CaseFolder folder) throws IOException {
        Tensor x = tensor(folder, "x");
        int dim = folder.size("dim");
        try (Checkpoint file = Checkpoint.open(folder.file(CaseFolder.MODEL))) {
            CheckpointWeights w = new CheckpointWeights(file);
            List<TransformerBlock> blocks = new ArrayList<>();
            for (int i = 0; i < folder.size("depth"); i++) {
                String b = "blocks." + i + ".";
                blocks.add(new TransformerBlock(
                        TransformerBlock.Kind.PRE,
                        LayerNorm.read(w, b + "norm1", dim, EPS),
                        Attention.read(w, b + "attn", dim, folder.size("heads")),
                        LayerNorm.read(w, b + "norm2", dim, EPS),
                        FeedForward.read(w, b + "mlp", dim, 4L * dim, Unary.GELU)));
            }
            Trunk trunk = new Trunk(blocks);
            LayerNorm norm = LayerNorm.read(w, "norm", dim, EPS);
            return new ScopedCall(() -> {
                // As in an encoder: intermediate results are released before the result is used.
                try (TensorScope inner = new TensorScope()) {
                    return Map.of("y", inner.keep(norm.apply(trunk.apply(x, Trace.NONE))));
                }
            });
        }
    }

    private static Tensor tensor(CaseFolder folder, String input) throws IOException {
        return Tensor.of(folder.floats(input), folder.shape(input).toArray());
    }
}

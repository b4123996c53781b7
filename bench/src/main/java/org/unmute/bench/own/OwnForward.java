package org.unmute.bench.own;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unmute.bench.peer.CaseFolder;
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
import org.unmute.tensor.op.Unary;

/** Pre-norm transformer blocks and a final norm, from tokens to tokens. */
final class OwnForward extends ScopedCall {
    private static final double EPS = 1e-6;

    private final Tensor x;
    private final Trunk trunk;
    private final LayerNorm norm;
    private Tensor y;

    OwnForward(CaseFolder folder) throws IOException {
        x = Tensor.of(folder.floats("x"), folder.shape("x").toArray());
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
            trunk = new Trunk(blocks);
            norm = LayerNorm.read(w, "norm", dim, EPS);
        }
    }

    @Override
    void compute() {
        // As in an encoder: intermediate results are released before the result is used.
        try (TensorScope inner = new TensorScope()) {
            y = inner.keep(norm.apply(trunk.apply(x, Trace.NONE)));
        }
    }

    @Override
    public void show(CaseFolder folder) throws IOException {
        folder.write("y", y.shape(), y.toFloats());
    }
}

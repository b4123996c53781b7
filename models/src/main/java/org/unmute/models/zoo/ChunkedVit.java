package org.unmute.models.zoo;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * A {@link Vit} on the chunks of a recording, each with positions from the beginning.
 *
 * @param prepare applied to the spectrogram of the whole recording first
 * @param vit the network, with the positions of a whole chunk
 * @param positions for a number of token rows, those of the {@code vit}; fewer rows take a part of them
 * @param head null if the checkpoint has none
 * @param image whether the trace receives the patches as an image, as the authors' convolution gives them
 */
record ChunkedVit(
        EncoderSpec spec,
        FrontEnd frontEnd,
        BiFunction<Tensor, Trace, Tensor> prepare,
        Vit vit,
        IntFunction<Tensor> positions,
        SpectrogramChunks chunks,
        @Nullable ClassHead head,
        boolean image)
        implements EncoderNetwork {
    /** What the trace calls the output of a chunk, after {@code chunk0.}. */
    static final String OUTPUT = "tokens_out";

    /** The network of an encoder that is described by its parts. */
    static ChunkedVit of(
            String name,
            String description,
            FrontEnd frontEnd,
            EncoderSettings settings,
            EncoderSpec.Grid grid,
            BiFunction<Tensor, Trace, Tensor> prepare,
            Vit vit,
            IntFunction<Tensor> positions,
            SpectrogramChunks chunks,
            @Nullable ClassHead head) {
        EncoderSpec spec = EncoderSpec.of(
                name,
                description,
                frontEnd,
                settings,
                grid,
                chunks.frames(),
                vit.positions().shape().dim(2),
                vit.trunk().blocks().size(),
                head == null ? List.of() : head.classes());
        return new ChunkedVit(spec, frontEnd, prepare, vit, positions, chunks, head, false);
    }

    /** The same whose trace receives the patches as an image. */
    ChunkedVit tracingImages() {
        return new ChunkedVit(spec, frontEnd, prepare, vit, positions, chunks, head, true);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The trace receives what {@link SpectrogramChunks#run} says.
     */
    @Override
    public Tensor forward(Tensor input, Trace trace) {
        return chunks.run(prepare.apply(input, trace), trace, (chunk, inner) -> {
            int rows = chunk.shape().dim(1) / chunks.patch();
            Tensor tokens = vit.at(positions.apply(rows)).forward(chunk, image ? new Image(inner, rows) : inner);
            inner.accept(OUTPUT, tokens);
            return tokens;
        });
    }

    /** Passes the patches on as an image, {@code [batch, dim, columns, rows]}. */
    private record Image(Trace trace, int rows) implements Trace {
        @Override
        public void accept(String name, Tensor tensor) {
            trace.accept(
                    name,
                    name.equals("patch_embed")
                            ? tensor.transpose(1, 2)
                                    .reshape(tensor.size(0), tensor.size(2), tensor.size(1) / rows, rows)
                            : tensor);
        }

        @Override
        public boolean takes(String name) {
            return trace.takes(name);
        }

        @Override
        public boolean wants(String name) {
            return trace.wants(name);
        }
    }

    @Override
    public Tensor classify(Tensor tokens) {
        return head == null ? EncoderNetwork.super.classify(tokens) : head.apply(tokens);
    }
}

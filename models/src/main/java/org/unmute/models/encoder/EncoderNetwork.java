package org.unmute.models.encoder;

import java.util.Optional;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * What the author of an encoder writes: its description, its front end, its network and its head. {@link Encoder} runs
 * it. Thread-safe, and without anything to close: arrays on the heap, no file, no thread.
 */
public interface EncoderNetwork {
    /** What this encoder is. */
    EncoderSpec spec();

    /** Turns samples into the input of {@link #forward}. */
    FrontEnd frontEnd();

    /**
     * The network. A window gives the same bits alone and in a batch.
     *
     * @param input {@code [batch, frames, bins]}, as {@link #frontEnd} makes it
     * @param trace receives every intermediate tensor by name ({@code patch_embed}, {@code block.0}, …)
     * @return {@code [batch, extra + tokens, dim]}; the class token, where there is one, first
     */
    Tensor forward(Tensor input, Trace trace);

    /**
     * Logits of the checkpoint's own head.
     *
     * @param tokens as {@link #forward} gave them
     * @return {@code [batch, classes]}
     * @throws UnsupportedOperationException if the checkpoint has no head
     */
    default Tensor classify(Tensor tokens) {
        throw new UnsupportedOperationException(spec().name() + ": this checkpoint has no classification head");
    }

    /** The checkpoint's own head for moments of a window; empty, as here, if it has none. */
    default Optional<FrameHead> frameHead() {
        return Optional.empty();
    }
}

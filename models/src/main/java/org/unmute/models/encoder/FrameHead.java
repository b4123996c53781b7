package org.unmute.models.encoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * A head that comes with an encoder and scores moments: frames of equal length, side by side, that fill a window. With
 * it an encoder finds events without a trained probe.
 *
 * @param frames of a window
 * @param frameSamples samples of a frame
 * @param classes names of the classes, in the order of the logits
 * @param medianFrames window of the authors' median filter over scores, odd; 1 for none
 * @param logits what the network gives, {@code [batch, extra + tokens, dim]}, to {@code [batch, frames, classes]}
 */
public record FrameHead(
        int frames, int frameSamples, List<String> classes, int medianFrames, UnaryOperator<Tensor> logits) {
    /** @throws IllegalArgumentException if a number is out of range */
    public FrameHead {
        classes = List.copyOf(classes);
        if (frames < 1 || frameSamples < 1 || classes.isEmpty() || medianFrames < 1 || medianFrames % 2 == 0) {
            throw new IllegalArgumentException("frame head: " + frames + " frames of " + frameSamples + " samples, "
                    + classes.size() + " classes, median over " + medianFrames
                    + ": all must be positive, the median's window odd");
        }
    }

    /**
     * The head of an encoder: its own for frames, else that for clips, which scores each window as one frame; empty if
     * it has neither.
     */
    static Optional<FrameHead> of(EncoderNetwork network) {
        EncoderSpec spec = network.spec();
        if (network.frameHead().isPresent() || spec.classes().isEmpty()) {
            return network.frameHead();
        }
        int hop = spec.isWhole() ? spec.chunkSamples() : spec.input().hopSamples();
        return Optional.of(new FrameHead(
                1, hop, spec.classes(), 1, tokens -> network.classify(tokens).insert(1)));
    }

    /**
     * The encoder with this head as its last layer: its tokens are the logits, a row for each frame.
     *
     * @param network the encoder that the head came with
     */
    EncoderNetwork after(EncoderNetwork network) {
        EncoderSpec spec = network.spec();
        EncoderSpec.Input input = spec.input();
        int all = Math.multiplyExact(frames, frameSamples);
        int window = spec.isWhole() ? all : spec.windowSamples();
        // A hop that was set stays; windows side by side are as far apart as the head's frames reach.
        boolean overlapping = !spec.isWhole()
                && input.hopSamples() < spec.time() * spec.grid().rowSamples();
        int hop = overlapping ? input.hopSamples() : Math.min(window, all);
        Map<String, Object> settings = new LinkedHashMap<>(input.settings());
        settings.put("head", classes.size() + " classes");
        settings.put("hopSeconds", (double) hop / input.sampleRate());
        EncoderSpec scores = new EncoderSpec(
                spec.name(),
                spec.description() + ", logits of its head for " + classes.size() + " classes, a frame every "
                        + (double) frameSamples / input.sampleRate() + " s",
                new EncoderSpec.Input(
                        input.sampleRate(),
                        window,
                        input.frameSamples(),
                        hop,
                        input.frontEnd() + ", windows for the head every " + (double) hop / input.sampleRate() + " s",
                        settings,
                        input.bands()),
                new EncoderSpec.Grid(frames, 1, frameSamples, EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                classes.size(),
                spec.depth(),
                List.of());
        return new Scoring(scores, network, this);
    }

    /** An encoder and its head as one network. */
    private record Scoring(EncoderSpec spec, EncoderNetwork network, FrameHead head) implements EncoderNetwork {
        @Override
        public FrontEnd frontEnd() {
            return network.frontEnd();
        }

        @Override
        public Tensor forward(Tensor input, Trace trace) {
            return head.logits.apply(network.forward(input, trace));
        }
    }
}

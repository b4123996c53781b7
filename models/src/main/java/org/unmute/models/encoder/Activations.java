package org.unmute.models.encoder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/**
 * Every tensor of one forward pass by name, in the order of the network: what its {@link Trace} receives ({@code
 * patch_embed}, {@code block.0}, …), then {@code final_tokens}, the output of {@link EncoderNetwork#forward}, then
 * what follows from them: {@code cls} and {@code dist} ({@code [1, dim]}), {@code patch_tokens} ({@code [tokens, dim]},
 * in the network's order), {@code token_map} ({@code [time, freq, dim]}, also as {@code token_map_time_freq}), {@code
 * logits} and {@code probs} of a head, {@code frame_logits} of a {@link FrameHead} ({@code [1, frames, classes]}, also
 * as {@code strong_logits}, {@code [1, classes, frames]}), and {@code layer.i}, the token map after {@code block.i}.
 */
public final class Activations {
    private Activations() {}

    /**
     * Runs the network on one window. The tensors belong to the caller's scope.
     *
     * @param input {@code [1, frames, bins]}
     */
    public static Map<String, Tensor> of(Encoder encoder, Tensor input) {
        Map<String, Tensor> seen = new LinkedHashMap<>();
        EncoderNetwork network = encoder.network();
        Tensor out = Grad.withoutRecording(() -> network.forward(input, (Trace) seen::put));
        EncoderSpec spec = encoder.describe();
        int extra = spec.grid().extraTokens();
        seen.put("final_tokens", out);
        if (extra > 0) {
            seen.put("cls", out.select(1, 0));
        }
        if (extra > 1) {
            seen.put("dist", out.select(1, 1));
        }
        TokenMap map = spec.tokenMap(out.toFloats(), 1, 0);
        Tensor tokens = Tensor.of(map.tokens(), map.time(), map.freq(), map.dim());
        seen.put("patch_tokens", out.select(0, 0).slice(0, extra, out.size(1) - extra));
        seen.put("token_map", tokens);
        seen.put("token_map_time_freq", tokens);
        if (!spec.classes().isEmpty()) {
            Tensor logits = Grad.withoutRecording(() -> network.classify(out));
            seen.put("logits", logits);
            seen.put("probs", logits.sigmoid());
        }
        network.frameHead().ifPresent(head -> {
            Tensor logits = Grad.withoutRecording(() -> head.logits().apply(out));
            seen.put("frame_logits", logits);
            seen.put("strong_logits", logits.transpose(1, 2));
        });
        for (int i = 0; i < spec.depth(); i++) {
            Tensor block = seen.get("block." + i);
            if (block != null && block.shape().equals(out.shape())) {
                TokenMap layer = spec.tokenMap(block.toFloats(), 1, 0);
                seen.put("layer." + i, Tensor.of(layer.tokens(), layer.time(), layer.freq(), layer.dim()));
            }
        }
        return Collections.unmodifiableMap(seen);
    }
}

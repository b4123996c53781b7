package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Cuts the spectrogram of a recording into chunks, runs a network on each by itself, and joins what they give in time:
 * what encoders do whose front end hears a recording as a whole and whose positions are for a few seconds. A token
 * before the patches is the mean over the chunks, all with the same weight.
 *
 * @param frames of a chunk; the last one may be shorter
 * @param least frames of a last chunk without which it is left out; at least 2, since the frame that is centred on the
 *     end of a recording would otherwise begin another chunk
 * @param fill how the last chunk is filled up
 * @param patch frames of a patch
 * @param freq token columns
 * @param order the network's order of patch tokens
 * @param extra tokens before the patch tokens
 */
record SpectrogramChunks(
        int frames, int least, Fill fill, int patch, int freq, EncoderSpec.TokenOrder order, int extra) {
    /** How a last chunk is filled up, always with zeros. */
    enum Fill {
        /** Not at all: frames that do not fill a patch are left out. */
        NONE,
        /** To a whole number of patches. */
        PATCH,
        /** To the length of a chunk; a recording of one chunk is left as it is. */
        CHUNK
    }

    /** Checks the ranges. */
    SpectrogramChunks {
        if (frames < patch || least < 2 || patch < 1 || freq < 1) {
            throw new IllegalArgumentException("chunks: of " + frames + " frames, the last of at least " + least
                    + ", with patches of " + patch + " frames and " + freq + " columns");
        }
    }

    /** A network on one chunk. */
    @FunctionalInterface
    interface Part {
        /**
         * @param chunk {@code [batch, frames, bins]}
         * @param trace receives the chunk's tensors
         * @return {@code [batch, extra + tokens, dim]}
         */
        Tensor apply(Tensor chunk, Trace trace);
    }

    /** The chunks of a spectrogram {@code [batch, frames, bins]}, filled up; at least one. */
    List<Tensor> of(Tensor spectrogram) {
        int all = spectrogram.shape().dim(1);
        List<Tensor> parts = new ArrayList<>();
        for (int at = 0; at == 0 || all - at >= least; at += frames) {
            int own = Math.min(frames, all - at);
            int wanted = switch (fill) {
                case NONE -> own;
                case PATCH -> own == frames ? own : Math.ceilDiv(own, patch) * patch;
                case CHUNK -> at == 0 ? own : frames;
            };
            Tensor part = spectrogram.slice(1, at, own);
            parts.add(wanted == own ? part : part.pad(1, 0, (long) wanted - own, 0));
        }
        return parts;
    }

    /**
     * Runs a network on every chunk.
     *
     * @param trace receives {@code chunk0.NAME} for all that the network names, and under the names alone what blocks
     *     give, joined; of a recording of one chunk, everything under both
     * @return {@code [batch, extra + tokens, dim]}
     */
    Tensor run(Tensor spectrogram, Trace trace, Part network) {
        List<Tensor> parts = of(spectrogram);
        List<Tensor> results = new ArrayList<>();
        Map<String, List<Tensor>> joined = new LinkedHashMap<>();
        for (Tensor part : parts) {
            String name = "chunk" + results.size() + ".";
            // A long recording has many chunks: release the intermediate tensors of each, unless gradients need them.
            TensorScope scope = spectrogram.requiresGradient() ? null : new TensorScope();
            UnaryOperator<Tensor> keep = scope == null ? UnaryOperator.identity() : scope::keep;
            try (scope) {
                Trace inner = new Trace() {
                    @Override
                    public void accept(String what, Tensor tensor) {
                        if (trace.takes(name + what)) {
                            trace.accept(name + what, keep.apply(tensor));
                        }
                        if (isJoined(what) && trace.takes(what)) {
                            joined.computeIfAbsent(what, _ -> new ArrayList<>()).add(keep.apply(tensor));
                        }
                    }

                    @Override
                    public boolean takes(String what) {
                        return trace.takes(name + what) || isJoined(what) && trace.takes(what);
                    }

                    @Override
                    public boolean wants(String what) {
                        return trace.wants(what);
                    }

                    private boolean isJoined(String what) {
                        return parts.size() == 1 || what.matches("(block|attn_out|attention)\\..*");
                    }
                };
                results.add(keep.apply(network.apply(part, inner)));
            }
        }
        joined.forEach((what, all) -> trace.accept(
                what,
                what.startsWith("attention.")
                        ? join(all.stream().map(a -> a.transpose(1, 2)).toList())
                                .transpose(1, 2)
                        : join(all)));
        return join(results);
    }

    /** {@code [batch, extra + tokens, n]} of every chunk to the same of the recording. */
    private Tensor join(List<Tensor> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        Tensor patches =
                Tensor.concat(1, parts.stream().map(this::timeFirst).toArray(Tensor[]::new)); // [batch, time, freq, n]
        Tensor tokens = (order == EncoderSpec.TokenOrder.TIME_MAJOR ? patches : patches.transpose(1, 2))
                .reshape(patches.size(0), patches.size(1) * patches.size(2), patches.size(3));
        if (extra == 0) {
            return tokens;
        }
        Tensor before = parts.getFirst().slice(1, 0, extra);
        for (Tensor part : parts.subList(1, parts.size())) {
            before = before.plus(part.slice(1, 0, extra));
        }
        return Tensor.concat(1, before.times(1.0 / parts.size()), tokens);
    }

    private Tensor timeFirst(Tensor part) {
        long time = (part.size(1) - extra) / freq;
        Tensor own = part.slice(1, extra, time * freq);
        return order == EncoderSpec.TokenOrder.TIME_MAJOR
                ? own.reshape(part.size(0), time, freq, part.size(2))
                : own.reshape(part.size(0), freq, time, part.size(2)).transpose(1, 2);
    }
}

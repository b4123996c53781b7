package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** Runs windows through an encoder and reads its tensors out as token maps. */
final class WindowReader {
    private WindowReader() {}

    static void check(EncoderSpec spec, Features.Wanted wanted) {
        for (int layer : wanted.layers()) {
            if (layer < 0 || layer >= spec.depth()) {
                throw new IllegalArgumentException(
                        spec.name() + ": there is no layer " + layer + ", layers are 0 to " + (spec.depth() - 1));
            }
        }
        if (wanted.attention() && !spec.hasCls()) {
            throw new UnsupportedOperationException(
                    spec.name() + ": this encoder has no class token whose attention could be shown");
        }
    }

    /** Inputs of one length as {@code [windows, frames, bins]}. */
    static Tensor batch(List<Spectrogram> inputs) {
        int frames = inputs.getFirst().frames();
        int bins = inputs.getFirst().bins();
        float[] all = new float[Math.multiplyExact(inputs.size(), Math.multiplyExact(frames, bins))];
        for (int i = 0; i < inputs.size(); i++) {
            System.arraycopy(inputs.get(i).values(), 0, all, i * frames * bins, frames * bins);
        }
        return Tensor.of(all, inputs.size(), frames, bins);
    }

    /** Windows of one length on the current backend: {@code [windows, samples]}. */
    static Tensor samples(List<float[]> windows) {
        int length = windows.getFirst().length;
        float[] all = new float[Math.multiplyExact(windows.size(), length)];
        for (int i = 0; i < windows.size(); i++) {
            System.arraycopy(windows.get(i), 0, all, i * length, length);
        }
        return Tensor.of(all, windows.size(), length);
    }

    /** Keeps what is wanted of a forward pass, as arrays. */
    private static final class Wish implements Trace {
        private final Map<String, float[]> found = new LinkedHashMap<>();
        private final List<String> names = new ArrayList<>();

        Wish(EncoderSpec spec, Features.Wanted wanted) {
            wanted.layers().forEach(i -> names.add("block." + i));
            if (wanted.attention()) {
                names.add(Trunk.attentionName(spec.depth() - 1));
            }
        }

        @Override
        public void accept(String name, Tensor tensor) {
            if (names.contains(name)) {
                found.put(name, tensor.toFloats());
            }
        }

        @Override
        public boolean takes(String name) {
            return names.contains(name);
        }

        @Override
        public boolean wants(String name) {
            return names.contains(name);
        }
    }

    static List<Features> read(Encoder encoder, List<Spectrogram> inputs, Features.Wanted wanted) {
        try (TensorScope _ = new TensorScope()) {
            return read(encoder, batch(inputs), wanted);
        }
    }

    /**
     * The same from samples, with front ends that run on the device; windows of one length, and those that give as many
     * frames, together.
     */
    static List<Features> readOnDevice(Encoder encoder, List<float[]> windows, Features.Wanted wanted) {
        List<Features> all = new ArrayList<>();
        try (TensorScope _ = new TensorScope()) {
            List<Tensor> group = new ArrayList<>();
            for (int from = 0; from < windows.size(); ) {
                int to = from + 1;
                while (to < windows.size() && windows.get(to).length == windows.get(from).length) {
                    to++;
                }
                List<float[]> equal = windows.subList(from, to);
                Tensor inputs = Grad.withoutRecording(() -> encoder.inputs(equal));
                if (!group.isEmpty() && group.getFirst().size(1) != inputs.size(1)) {
                    all.addAll(read(encoder, joined(group), wanted));
                    group.clear();
                }
                group.add(inputs);
                from = to;
            }
            all.addAll(read(encoder, joined(group), wanted));
        }
        return all;
    }

    private static Tensor joined(List<Tensor> inputs) {
        return inputs.size() == 1 ? inputs.getFirst() : Tensor.concat(0, inputs.toArray(Tensor[]::new));
    }

    private static List<Features> read(Encoder encoder, Tensor inputs, Features.Wanted wanted) {
        EncoderSpec spec = encoder.describe();
        int windows = inputs.shape().dim(0);
        try (TensorScope _ = new TensorScope()) {
            Wish wish = new Wish(spec, wanted);
            Tensor y = Grad.withoutRecording(() -> encoder.forward(inputs, wish));
            int tokens = y.shape().dim(1);
            float[] out = y.toFloats();
            List<Features> all = new ArrayList<>();
            for (int w = 0; w < windows; w++) {
                List<TokenMap> layers = new ArrayList<>();
                for (int layer : wanted.layers()) {
                    layers.add(map(spec, wish.found.get("block." + layer), w, tokens));
                }
                float[] attention = wanted.attention()
                        ? attention(spec, wish.found.get(Trunk.attentionName(spec.depth() - 1)), windows, w, tokens)
                        : null;
                all.add(new Features(map(spec, out, w, tokens), layers, attention));
            }
            return all;
        }
    }

    /** One window's tokens, time-major, from {@code [windows, extra + tokens, dim]}. */
    static TokenMap map(EncoderSpec spec, float[] all, int window, int tokens) {
        int dim = spec.dim();
        int extra = spec.grid().extraTokens();
        int at = window * tokens * dim;
        int start = at + extra * dim;
        int freq = spec.freq();
        int time = (tokens - extra) / freq;
        float[] own = Arrays.copyOfRange(all, start, at + tokens * dim);
        if (spec.grid().order() == EncoderSpec.TokenOrder.FREQUENCY_MAJOR) {
            for (int t = 0; t < time; t++) {
                for (int f = 0; f < freq; f++) {
                    System.arraycopy(all, start + (f * time + t) * dim, own, (t * freq + f) * dim, dim);
                }
            }
        }
        return new TokenMap(time, freq, dim, own, extra == 0 ? null : mean(all, at, extra, dim));
    }

    private static float[] mean(float[] all, int at, int rows, int dim) {
        float[] mean = Arrays.copyOfRange(all, at, at + dim);
        for (int r = 1; r < rows; r++) {
            for (int i = 0; i < dim; i++) {
                mean[i] += all[at + r * dim + i];
            }
        }
        for (int i = 0; rows > 1 && i < dim; i++) {
            mean[i] /= rows;
        }
        return mean;
    }

    /** One window's attention {@code [heads, time, freq]} from {@code [windows, heads, extra + tokens]}. */
    private static float[] attention(EncoderSpec spec, float[] all, int windows, int window, int tokens) {
        int heads = all.length / (windows * tokens);
        int extra = spec.grid().extraTokens();
        int patches = tokens - extra;
        int freq = spec.freq();
        int time = patches / freq;
        float[] out = new float[heads * patches];
        for (int h = 0; h < heads; h++) {
            int at = (window * heads + h) * tokens + extra;
            for (int t = 0; t < time; t++) {
                for (int f = 0; f < freq; f++) {
                    int from =
                            spec.grid().order() == EncoderSpec.TokenOrder.FREQUENCY_MAJOR ? f * time + t : t * freq + f;
                    out[h * patches + t * freq + f] = all[at + from];
                }
            }
        }
        return out;
    }

    /** The windows of one recording as one. */
    static Features join(EncoderSpec spec, List<Features> windows) {
        if (windows.size() == 1) {
            return windows.getFirst();
        }
        int hop = spec.input().hopSamples() / spec.grid().rowSamples();
        List<TokenMap> layers = new ArrayList<>();
        for (int i = 0; i < windows.getFirst().layers().size(); i++) {
            int layer = i;
            layers.add(TokenMap.join(
                    windows.stream().map(w -> w.layers().get(layer)).toList(), hop));
        }
        TokenMap tokens = TokenMap.join(windows.stream().map(Features::tokens).toList(), hop);
        float[] attention = windows.getFirst().attention() == null ? null : joinAttention(windows, hop, tokens);
        return new Features(tokens, layers, attention);
    }

    /** Each head is a map of one channel. */
    private static float[] joinAttention(List<Features> windows, int hop, TokenMap joined) {
        int heads = windows.getFirst().attention().length
                / windows.getFirst().tokens().count();
        float[] out = new float[heads * joined.count()];
        for (int h = 0; h < heads; h++) {
            List<TokenMap> maps = new ArrayList<>();
            for (Features w : windows) {
                int count = w.tokens().count();
                maps.add(new TokenMap(
                        w.tokens().time(),
                        w.tokens().freq(),
                        1,
                        Arrays.copyOfRange(w.attention(), h * count, (h + 1) * count),
                        null));
            }
            System.arraycopy(TokenMap.join(maps, hop).tokens(), 0, out, h * joined.count(), joined.count());
        }
        return out;
    }
}

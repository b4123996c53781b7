package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.playback.Speed;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * Runs a frozen {@link EncoderNetwork}: waveform in, {@link TokenMap} out. It cuts recordings into windows, runs
 * windows in batches and joins what they give. A recording gives the same bits whatever is encoded with it.
 *
 * <p>Thread-safe: one loaded encoder serves many threads. It holds arrays on the heap and nothing else, so there is
 * nothing to close. Threads belong to the backend, see {@link Backends#close()}; after it, encoding throws {@link
 * IllegalStateException}.
 */
public final class Encoder {
    private final EncoderNetwork network;
    private final EncoderSpec spec;
    private final @Nullable EncoderWarmUp warmUp;
    /** Of the network's weights. */
    private final Backend backend = Backends.current();

    /** An encoder of this network, whose weights are on the {@linkplain Backends#current() current} backend. */
    public Encoder(EncoderNetwork network) {
        this(network, network.spec(), null);
    }

    private Encoder(EncoderNetwork network, EncoderSpec spec, @Nullable EncoderWarmUp warmUp) {
        this.network = network;
        this.spec = spec;
        this.warmUp = warmUp;
    }

    /** The same encoder, whose first forward pass waits for the end of a warm-up; the front end does not wait. */
    public Encoder after(EncoderWarmUp begun) {
        return new Encoder(network, spec, begun);
    }

    /**
     * The same encoder for recordings that are played to it at another speed, which is then part of its front end.
     *
     * @throws IllegalStateException if a speed is set already
     */
    public Encoder atSpeed(Speed speed) {
        return new Encoder(network, spec.atSpeed(speed), warmUp);
    }

    /** The head for moments that comes with this encoder, or the one for clips, which scores whole windows. */
    public Optional<FrameHead> frameHead() {
        return FrameHead.of(network);
    }

    /**
     * The same encoder with its {@link #frameHead} as the last layer: the rows of its token maps are frames, and their
     * numbers are logits.
     *
     * @throws UnsupportedOperationException if it has no head
     */
    public Encoder withHead() {
        FrameHead head = frameHead()
                .orElseThrow(() -> new UnsupportedOperationException(spec.name() + ": this checkpoint has no head"));
        EncoderNetwork scores = head.after(network);
        return new Encoder(scores, scores.spec().atSpeed(spec.speed()), warmUp);
    }

    /** The network, to run it on inputs of one's own. */
    public EncoderNetwork network() {
        return network;
    }

    /** What this encoder is. */
    public EncoderSpec describe() {
        return spec;
    }

    /**
     * A recording as this encoder takes it: at its speed and rate, converted with torchaudio's filter ({@link
     * Resampler.Kernel#HANN}), which is also the default of {@code unmute embed}.
     *
     * @return samples for {@link #encode(float[])} and {@link #features}; the recording's own array if it has that rate
     *     already
     */
    public float[] samples(Recording recording) {
        return recording
                .resampled(spec.speed(), spec.sampleRate(), Resampler.Kernel.HANN)
                .samples();
    }

    /**
     * The token map of a recording at any rate: {@link #samples} and {@link #encode(float[])}.
     *
     * @throws IllegalArgumentException if it is shorter than one frame, or a sample is NaN or infinite
     */
    public TokenMap encode(Recording recording) {
        return encode(samples(recording));
    }

    /**
     * The token map of a recording of any length. Longer ones are cut into windows whose maps are joined in time; where
     * windows overlap, a token is the mean of theirs. The last window may be short and is treated as the authors treat
     * a short clip: where they pad, it gives the full grid of a window, and the tokens at its end stand for padding,
     * not for sound ({@link TokenMap#sound}). A remainder of less than a hundredth of a window or less than a frame is
     * left out. The cls token is the mean over the windows, all with the same weight.
     *
     * @param samples mono, [-1, 1], at {@link EncoderSpec#sampleRate()}
     * @throws IllegalArgumentException if there are fewer samples than one frame, or one is NaN or infinite
     */
    public TokenMap encode(float[] samples) {
        return encode(List.of(samples)).getFirst();
    }

    /** {@link #encode(float[])} for several recordings at once: the same bits, faster for small encoders. */
    public List<TokenMap> encode(List<float[]> recordings) {
        return features(recordings, Features.Request.TOKENS).stream()
                .map(Features::tokens)
                .toList();
    }

    /** {@link #features(List, Features.Request)} for one recording. */
    public Features features(float[] samples, Features.Request request) {
        return features(List.of(samples), request).getFirst();
    }

    /**
     * Token maps with the tokens of chosen layers and the class token's attention.
     *
     * @throws IllegalArgumentException if a recording has fewer samples than one frame, or one that is NaN or infinite,
     *     or there is no such layer
     * @throws UnsupportedOperationException if attention is requested and there is no class token
     */
    public List<Features> features(List<float[]> recordings, Features.Request request) {
        // Before the front end, which would open another backend.
        backend.requireOpen("encoder " + spec.name());
        requireAnswerable(request);
        List<float[]> windows = new ArrayList<>();
        int[] counts = new int[recordings.size()];
        for (int i = 0; i < counts.length; i++) {
            List<float[]> own = Windows.cut(recordings.get(i), spec.input());
            counts[i] = own.size();
            windows.addAll(own);
        }
        List<Features> all = new ArrayList<>();
        int together = Windows.together(spec);
        for (int at = 0; at < windows.size(); at += together) {
            try (TensorScope _ = new TensorScope()) {
                List<Tensor> inputs = inputs(windows.subList(at, Math.min(windows.size(), at + together)));
                awaitWarmUp();
                inputs.forEach(input -> all.addAll(run(input, request)));
            }
        }
        List<Features> joined = new ArrayList<>();
        int window = 0;
        for (int count : counts) {
            Features one = join(all.subList(window, window + count));
            int sound = spec.rowTimes().sound(one.tokens().time(), recordings.get(joined.size()).length);
            joined.add(one.withSound(sound));
            window += count;
        }
        return joined;
    }

    private void requireAnswerable(Features.Request request) {
        for (int layer : request.layers()) {
            if (layer < 0 || layer >= spec.depth()) {
                throw new IllegalArgumentException(
                        spec.name() + ": there is no layer " + layer + ", layers are 0 to " + (spec.depth() - 1));
            }
        }
        if (request.attention() && !spec.hasCls()) {
            throw new UnsupportedOperationException(
                    spec.name() + ": this encoder has no class token whose attention could be shown");
        }
    }

    private void awaitWarmUp() {
        if (warmUp != null) {
            warmUp.await();
        }
    }

    /** {@code [windows, frames, bins]} for every run of consecutive windows that give as many frames, in order. */
    private List<Tensor> inputs(List<float[]> windows) {
        FrontEnd frontEnd = network.frontEnd();
        List<List<Tensor>> runs = new ArrayList<>();
        for (int from = 0; from < windows.size(); ) {
            int length = windows.get(from).length;
            int to = from + 1;
            while (to < windows.size() && windows.get(to).length == length) {
                to++;
            }
            List<float[]> equal = windows.subList(from, to);
            Tensor input = Grad.withoutRecording(() -> frontEnd.apply(equal));
            if (runs.isEmpty() || runs.getLast().getFirst().size(1) != input.size(1)) {
                runs.add(new ArrayList<>());
            }
            runs.getLast().add(input);
            from = to;
        }
        return runs.stream()
                .map(run -> run.size() == 1 ? run.getFirst() : Tensor.concat(0, run.toArray(Tensor[]::new)))
                .toList();
    }

    /** Keeps the tensors of a forward pass that a request names, as arrays. */
    private static final class Recorder implements Trace {
        private final Map<String, float[]> found = new LinkedHashMap<>();
        private final List<String> names = new ArrayList<>();

        Recorder(Features.Request request, String attention) {
            request.layers().forEach(i -> names.add("block." + i));
            if (request.attention()) {
                names.add(attention);
            }
        }

        @Override
        public void accept(String name, Tensor tensor) {
            if (takes(name)) {
                found.put(name, tensor.toFloats());
            }
        }

        @Override
        public boolean takes(String name) {
            return names.contains(name);
        }

        @Override
        public boolean wants(String name) {
            return takes(name);
        }
    }

    /** A batch of windows through the network. */
    private List<Features> run(Tensor input, Features.Request request) {
        int windows = input.shape().dim(0);
        String attention = Trunk.attentionName(spec.depth() - 1);
        try (TensorScope _ = new TensorScope()) {
            Recorder seen = new Recorder(request, attention);
            Tensor output = Grad.withoutRecording(() -> network.forward(input, seen));
            int tokens = output.shape().dim(1);
            float[] out = output.toFloats();
            List<Features> all = new ArrayList<>();
            for (int i = 0; i < windows; i++) {
                int window = i;
                List<TokenMap> layers = request.layers().stream()
                        .map(layer -> spec.tokenMap(seen.found.get("block." + layer), windows, window))
                        .toList();
                all.add(new Features(
                        spec.tokenMap(out, windows, window),
                        layers,
                        request.attention() ? attention(seen.found.get(attention), windows, window, tokens) : null));
            }
            return all;
        }
    }

    /** One window's attention {@code [heads, time, freq]} from {@code [windows, heads, extra + tokens]}. */
    private float[] attention(float @Nullable [] all, int windows, int window, int tokens) {
        int heads = all.length / (windows * tokens);
        int extra = spec.grid().extraTokens();
        int patches = tokens - extra;
        float[] out = new float[heads * patches];
        for (int h = 0; h < heads; h++) {
            float[] head = spec.timeMajor(all, (window * heads + h) * tokens + extra, patches, 1);
            System.arraycopy(head, 0, out, h * patches, patches);
        }
        return out;
    }

    /** The windows of one recording as one. */
    private Features join(List<Features> windows) {
        if (windows.size() == 1) {
            return windows.getFirst();
        }
        int hop = spec.hopRows();
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

    /** {@link #scores(float[])} of a recording at any rate. */
    public float[] scores(Recording recording) {
        return scores(samples(recording));
    }

    /**
     * Logits of the checkpoint's own head, averaged over windows of equal weight, one for each of {@link
     * EncoderSpec#classes()}.
     *
     * @throws IllegalArgumentException if there are fewer samples than one frame, or one is NaN or infinite
     * @throws UnsupportedOperationException if the checkpoint has no head
     */
    public float[] scores(float[] samples) {
        List<float[]> windows = Windows.cut(samples, spec.input());
        List<float[]> logits = new ArrayList<>();
        for (float[] window : windows) {
            try (TensorScope _ = new TensorScope()) {
                Tensor input = network.frontEnd().apply(List.of(window));
                awaitWarmUp();
                logits.add(Grad.withoutRecording(() -> network.classify(network.forward(input, Trace.NONE)))
                        .toFloats());
            }
        }
        return TokenMap.mean(logits);
    }
}

package org.unmute.models.encoder;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.playback.Speed;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelBands;

/**
 * What an encoder is.
 *
 * @param name for instance {@code eat}
 * @param description one line: architecture and size
 * @param input its input
 * @param grid the tokens of one window
 * @param dim channels of a token
 * @param depth transformer blocks
 * @param classes names of the classes of the encoder's own head, in order; empty without a head
 */
public record EncoderSpec(
        String name, String description, Input input, Grid grid, int dim, int depth, List<String> classes) {
    /** {@link Input#windowSamples} of an encoder that takes a recording of any length in one piece. */
    public static final int WHOLE_RECORDING = FrontEnd.WHOLE_RECORDING;

    /** Copies the list. */
    public EncoderSpec {
        classes = List.copyOf(classes);
    }

    /**
     * A description whose input follows from the front end and the settings.
     *
     * @throws IllegalArgumentException if the settings' hop does not fit
     */
    public static EncoderSpec of(
            String name,
            String description,
            FrontEnd frontEnd,
            EncoderSettings settings,
            Grid grid,
            int dim,
            int depth,
            List<String> classes) {
        int frames = grid.time() * (grid.rowSamples() / frontEnd.frameShift());
        return of(name, description, frontEnd, settings, grid, frames, dim, depth, classes);
    }

    /**
     * The same for an encoder whose chunks of a recording may have more frames than their rows.
     *
     * @param chunkFrames frames from one chunk of a recording that is taken in one piece to the next, at least those of
     *     the grid's rows; without effect where there are windows
     * @throws IllegalArgumentException if the settings' hop does not fit
     */
    public static EncoderSpec of(
            String name,
            String description,
            FrontEnd frontEnd,
            EncoderSettings settings,
            Grid grid,
            int chunkFrames,
            int dim,
            int depth,
            List<String> classes) {
        Map<String, Object> all = new LinkedHashMap<>(frontEnd.settings());
        int hop = WHOLE_RECORDING;
        String text = frontEnd.describe();
        if (frontEnd.windowSamples() == WHOLE_RECORDING) {
            if (settings.hopSeconds() != 0) {
                throw new IllegalArgumentException(
                        name + ": recordings are encoded as a whole, without windows: a hop of " + settings.hopSeconds()
                                + " s cannot be set");
            }
            all.put("frames", chunkFrames);
            text += ", recordings as a whole, tokens in chunks of " + grid.time();
            int samples = Math.multiplyExact(chunkFrames, frontEnd.frameShift());
            if (samples > grid.time() * grid.rowSamples()) {
                hop = samples;
                text += " every " + chunkFrames + " frames";
            }
        } else {
            hop = settings.hopSamples(frontEnd.sampleRate(), grid.rowSamples(), grid.time(), frontEnd.windowSamples());
            double seconds = hop / (double) frontEnd.sampleRate();
            all.put("hopSeconds", seconds);
            text += ", long recordings in windows every " + seconds + " s";
        }
        Input input = new Input(
                frontEnd.sampleRate(),
                frontEnd.windowSamples(),
                frontEnd.frameSamples(),
                hop,
                text,
                all,
                frontEnd.bands());
        return new EncoderSpec(name, description, input, grid, dim, depth, classes);
    }

    /**
     * The input of the front end.
     *
     * @param sampleRate Hz
     * @param windowSamples samples of one window; shorter input is treated as in the authors' code, longer input is cut
     *     into windows; {@link #WHOLE_RECORDING} if there are no windows
     * @param frameSamples min samples of a clip: those of one frame or, where nothing is padded, of one patch
     * @param hopSamples samples from the start of one window to the next, see {@link EncoderSpec#hopRows}; where
     *     recordings are taken in one piece, from one chunk of it to the next, if a chunk is longer than its rows, else
     *     {@link EncoderSpec#WHOLE_RECORDING}
     * @param frontEnd every setting of the front end in words; part of the cache key
     * @param settings the same by name
     * @param bands the mel bands of a frame, in Hz as it is played, or null where a frame is no mel spectrum
     * @param speed at which recordings are played to the encoder
     */
    public record Input(
            int sampleRate,
            int windowSamples,
            int frameSamples,
            int hopSamples,
            String frontEnd,
            Map<String, Object> settings,
            @Nullable MelBands bands,
            Speed speed) {
        /** Copies the settings. */
        public Input {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        }

        /** Input of recordings that are played as they were recorded. */
        public Input(
                int sampleRate,
                int windowSamples,
                int frameSamples,
                int hopSamples,
                String frontEnd,
                Map<String, Object> settings,
                @Nullable MelBands bands) {
            this(sampleRate, windowSamples, frameSamples, hopSamples, frontEnd, settings, bands, Speed.NORMAL);
        }

        private Input atSpeed(Speed other) {
            Map<String, Object> all = new LinkedHashMap<>(settings);
            all.put("speed", other.toString());
            String text = frontEnd + ", recordings at speed " + other;
            return new Input(sampleRate, windowSamples, frameSamples, hopSamples, text, all, bands, other);
        }
    }

    /** The network's order of patch tokens; token maps are always time-major. */
    public enum TokenOrder {
        /** All frequencies of the first time step, then of the next: index {@code t · freq + f}. */
        TIME_MAJOR,
        /** All time steps of the lowest frequency, then of the next: index {@code f · time + t}. */
        FREQUENCY_MAJOR
    }

    /**
     * The tokens of one window.
     *
     * @param time token rows of a full window; of an encoder that takes recordings in one piece, max rows that attend
     *     to each other
     * @param freq token columns
     * @param rowSamples samples from one token row to the next
     * @param order the network's order of patch tokens
     * @param extraTokens tokens before the patch tokens: 0, 1 (cls) or 2 (cls and distillation, of which the mean is
     *     the clip's)
     * @param overlap of patches; null where they lie side by side and cover every band
     */
    public record Grid(
            int time,
            int freq,
            int rowSamples,
            TokenOrder order,
            int extraTokens,
            @Nullable Overlap overlap) {
        /** Patches side by side. */
        public Grid(int time, int freq, int rowSamples, TokenOrder order, int extraTokens) {
            this(time, freq, rowSamples, order, extraTokens, null);
        }
    }

    /**
     * Patches that start closer to each other than they are long.
     *
     * @param patchSamples samples of a patch
     * @param patchBands bands of a patch
     * @param bandStride bands from one patch to the next
     */
    public record Overlap(int patchSamples, int patchBands, int bandStride) {}

    /**
     * The same encoder for recordings that are played to it at another speed.
     *
     * @throws IllegalStateException if a speed is set already
     */
    public EncoderSpec atSpeed(Speed speed) {
        if (speed.equals(speed())) {
            return this;
        }
        if (!speed().isNormal()) {
            throw new IllegalStateException(name + ": the speed is " + speed() + " already");
        }
        return new EncoderSpec(name, description, input.atSpeed(speed), grid, dim, depth, classes);
    }

    /** The speed at which recordings are played to this encoder. */
    public Speed speed() {
        return input.speed();
    }

    /** The length in seconds of the part of a recording that gives the encoder this many samples. */
    public double seconds(double samples) {
        return speed().seconds(samples, sampleRate());
    }

    /** Number of samples that the encoder gets from this many seconds of a recording. */
    public double samples(double seconds) {
        return speed().played(seconds) * sampleRate();
    }

    /** Hz that {@link Encoder#encode} expects. */
    public int sampleRate() {
        return input.sampleRate();
    }

    /** Samples of one window. */
    public int windowSamples() {
        return input.windowSamples();
    }

    /** Whether recordings of any length are taken in one piece, without windows. */
    public boolean isWhole() {
        return input.windowSamples() == WHOLE_RECORDING;
    }

    /** Samples from one chunk to the next of a recording that is {@linkplain #isWhole taken in one piece}. */
    public int chunkSamples() {
        return input.hopSamples() == WHOLE_RECORDING
                ? Math.multiplyExact(grid.time(), grid.rowSamples())
                : input.hopSamples();
    }

    /** Max token rows of a recording. */
    public long rows(long samples) {
        if (isWhole()) {
            return input.hopSamples() == WHOLE_RECORDING
                    ? Math.max(1, samples / grid.rowSamples() + 1)
                    : (samples / input.hopSamples() + 1) * grid.time();
        }
        return grid.time() + (Windows.count(samples, input) - 1) * hopRows();
    }

    /**
     * Token rows from the start of a window, or of a chunk, to the start of the next. A hop is a whole number of rows,
     * except that of windows side by side which are a little longer than their rows (KWT), or a little shorter
     * (Bird-MAE, whose last row is partly padding): then it is all rows of a window.
     */
    public int hopRows() {
        return Math.min(grid.time(), Math.ceilDiv(input.hopSamples(), grid.rowSamples()));
    }

    /**
     * The sample with which a token row begins; it ends where the next one begins. Row i begins at {@code i *
     * rowSamples}, except where windows are a little longer or shorter than their rows ({@link #hopRows}): there the
     * last row of each window lasts until the next window, so that times do not drift.
     *
     * @param row from 0
     */
    public long rowStart(long row) {
        return rowTimes().start(row);
    }

    /** When token rows begin, for those who have tokens but not their encoder. */
    public RowTimes rowTimes() {
        return isWhole() && input.hopSamples() == WHOLE_RECORDING
                ? new RowTimes(sampleRate(), grid.rowSamples(), 0, 0, speed())
                : new RowTimes(sampleRate(), grid.rowSamples(), input.hopSamples(), hopRows(), speed());
    }

    /**
     * The part of a recording that a token of its {@link TokenMap} was made of, in the recording's own seconds and Hz.
     *
     * @param t its row
     * @param f its column
     * @throws IllegalArgumentException if there is no such column, or the row is negative
     */
    public TokenPlace place(int t, int f) {
        if (t < 0 || f < 0 || f >= freq()) {
            throw new IllegalArgumentException(
                    name + ": there is no token in row " + t + ", column " + f + ": columns are 0 to " + (freq() - 1));
        }
        double start = rowStart(t);
        double end = start
                + (grid.overlap() == null ? grid.rowSamples() : grid.overlap().patchSamples());
        if (input.bands() == null) {
            return new TokenPlace(
                    seconds(start), seconds(end), 0, 0, 0, speed().recordedHertz(sampleRate() / 2.0), true);
        }
        int bands = input.bands().count();
        int stride = grid.overlap() == null ? bands / freq() : grid.overlap().bandStride();
        int wide = grid.overlap() == null ? stride : grid.overlap().patchBands();
        int first = f * stride;
        int last = Math.min(bands, first + wide);
        return new TokenPlace(
                seconds(start),
                seconds(end),
                first,
                last - 1,
                speed().recordedHertz(input.bands().border(first)),
                speed().recordedHertz(input.bands().border(last)),
                wide >= bands);
    }

    /** Min samples of a clip. */
    public int frameSamples() {
        return input.frameSamples();
    }

    /** Every setting of the front end and the windows in words; part of the cache key. */
    public String frontEnd() {
        return input.frontEnd();
    }

    /** Token rows of a full window, or see {@link Grid}. */
    public int time() {
        return grid.time();
    }

    /** Token columns. */
    public int freq() {
        return grid.freq();
    }

    /** Whether there is a class token. */
    public boolean hasCls() {
        return grid.extraTokens() > 0;
    }

    /**
     * The token map of one window.
     *
     * @param output of the network or of a block, {@code [windows, extra + tokens, dim]}
     * @param windows how many there are
     * @param window which one, from 0
     */
    public TokenMap tokenMap(float[] output, int windows, int window) {
        int tokens = output.length / windows / dim;
        int at = window * tokens * dim;
        int extra = grid.extraTokens();
        float[] own = timeMajor(output, at + extra * dim, tokens - extra, dim);
        float[] cls = extra == 0 ? null : mean(output, at, extra);
        return new TokenMap((tokens - extra) / freq(), freq(), dim, own, cls);
    }

    /** Patch tokens of {@code width} values each, from the network's order to time-major. */
    float[] timeMajor(float[] all, int start, int tokens, int width) {
        float[] own = Arrays.copyOfRange(all, start, start + tokens * width);
        if (grid.order() == TokenOrder.FREQUENCY_MAJOR) {
            int time = tokens / freq();
            for (int t = 0; t < time; t++) {
                for (int f = 0; f < freq(); f++) {
                    System.arraycopy(all, start + (f * time + t) * width, own, (t * freq() + f) * width, width);
                }
            }
        }
        return own;
    }

    private float[] mean(float[] all, int at, int rows) {
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

    /** Names for the classes of a head: AudioSet's for 527 classes, else {@code class_0}, {@code class_1}, … */
    public static List<String> namedClasses(long count) {
        return count == AudioSetLabels.COUNT
                ? AudioSetLabels.names()
                : LongStream.range(0, count).mapToObj(i -> "class_" + i).toList();
    }
}

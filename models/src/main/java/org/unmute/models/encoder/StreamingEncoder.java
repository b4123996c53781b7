package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Encodes a recording while its samples arrive, in memory that does not grow. It cuts windows as {@link Encoder} does,
 * encodes each as soon as it is complete, and gives rows as soon as no window to come covers them. All rows together
 * are the tokens that {@link Encoder#features} gives for the whole recording, with the same bits. Class tokens differ:
 * that of a row is the newest window's, since the mean over all windows is not known until the end.
 *
 * <p>An encoder that takes recordings as a whole ({@link EncoderSpec#isWhole}) is given pieces of {@link
 * EncoderSpec#time} rows side by side. Its tokens then depend on their piece alone and differ from the whole
 * recording's.
 *
 * <p>Not thread-safe.
 */
public final class StreamingEncoder {
    private final Encoder encoder;
    private final EncoderSpec spec;
    private final Features.Request request;
    private final Consumer<Features> rows;
    private final int window;
    private final int hop;
    private final int minRemainder;
    /** Samples after each window but the first without which {@link Windows#cut} leaves it out as a remainder. */
    private final int slack;
    /** Of the last layer, then of the requested layers. */
    private final List<StreamingJoin> joins = new ArrayList<>();
    /** Samples from the start of the next window on. */
    private final float[] buffer;

    private int length;
    private long samples;
    private boolean begun;
    private boolean finished;

    /**
     * @param request layers to give along; attention is not given
     * @param rows    takes the rows in order, some at a time
     * @throws IllegalArgumentException if attention is requested, or windows start further apart than they are long
     */
    public StreamingEncoder(Encoder encoder, Features.Request request, Consumer<Features> rows) {
        this(encoder, request, rows, 0);
    }

    /**
     * An encoder that continues with a later window of a recording. It takes the samples from {@link #samples} on and
     * gives the rows from {@link #firstRowOf} the window on. Those that no window before it covers have the bits of an
     * encoder that began with the recording.
     *
     * @param first number of the window, from 0
     * @throws IllegalArgumentException as an encoder that begins with the recording throws it
     */
    public StreamingEncoder(Encoder encoder, Features.Request request, Consumer<Features> rows, long first) {
        this.encoder = encoder;
        this.request = request;
        this.rows = rows;
        spec = encoder.describe();
        window = spec.isWhole() ? spec.chunkSamples() : spec.windowSamples();
        hop = spec.isWhole() ? window : spec.input().hopSamples();
        if (request.attention() || hop > window) {
            throw new IllegalArgumentException(spec.name() + ": streams have no attention, and windows that follow"
                    + " each other without a gap: windows of " + window + " samples start every " + hop
                    + (request.attention() ? ", attention was asked for" : ""));
        }
        minRemainder =
                spec.isWhole() ? Math.max(window / 100, spec.frameSamples()) : Windows.minRemainder(spec.input());
        slack = Math.max(0, minRemainder - hop);
        for (int i = 0; i <= request.layers().size(); i++) {
            joins.add(new StreamingJoin(rowsApart(spec)));
        }
        begun = first > 0;
        samples = Math.multiplyExact(first, (long) hop);
        int together =
                Math.max(1, Windows.together(spec) / (1 + request.layers().size()));
        buffer = new float[Math.addExact(window + slack, Math.multiplyExact(together - 1, hop))];
    }

    /** Rows from the start of one window to the next. */
    private static int rowsApart(EncoderSpec spec) {
        return spec.isWhole() ? spec.time() : spec.hopRows();
    }

    /** The first window that covers a row. */
    public static long firstWindowOf(EncoderSpec spec, long row) {
        return Math.max(0, Math.ceilDiv(row - spec.time() + 1, (long) rowsApart(spec)));
    }

    /** The first row of a window. */
    public static long firstRowOf(EncoderSpec spec, long window) {
        return window * rowsApart(spec);
    }

    /** Max samples that are held, and a good size for blocks: windows that a block completes are encoded together. */
    public int blockSamples() {
        return buffer.length;
    }

    /** Samples from the start of the recording up to the next one to come. */
    public long samples() {
        return samples;
    }

    /** Max samples from the first of a row, included, until the row is given: a window, or a little more. */
    public int latencySamples() {
        return window + slack;
    }

    /**
     * Takes the next samples, and encodes the windows that they complete.
     *
     * @param block mono, [-1, 1], at {@link EncoderSpec#sampleRate()}. Not modified.
     * @param from  index of the first sample
     * @param count how many there are
     * @throws IllegalArgumentException if a sample is NaN or infinite; no sample of the block is taken then
     */
    public void accept(float[] block, int from, int count) {
        Objects.checkFromIndexSize(from, count, block.length);
        if (finished) {
            throw new IllegalStateException(spec.name() + ": samples came after the end");
        }
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(block[from + i])) {
                throw new IllegalArgumentException("encode: sample " + (samples + i) + " is " + block[from + i]
                        + ": give finite numbers, full scale is -1 to 1");
            }
        }
        for (int done = 0; done < count; ) {
            int n = Math.min(count - done, buffer.length - length);
            System.arraycopy(block, from + done, buffer, length, n);
            length += n;
            samples += n;
            done += n;
            if (length == buffer.length || done == count) {
                encodeComplete();
            }
        }
    }

    private void encodeComplete() {
        List<float[]> complete = new ArrayList<>();
        for (int at = 0; at + window + (begun || at > 0 ? slack : 0) <= length; at += hop) {
            complete.add(Arrays.copyOfRange(buffer, at, at + window));
        }
        if (complete.isEmpty()) {
            return;
        }
        int used = complete.size() * hop;
        length -= used;
        System.arraycopy(buffer, used, buffer, 0, length);
        encode(complete);
    }

    private void encode(List<float[]> windows) {
        begun = true;
        for (Features f : encoder.features(windows, request)) {
            List<TokenMap> maps = new ArrayList<>(f.layers());
            maps.addFirst(f.tokens());
            give(i -> joins.get(i).add(maps.get(i)));
        }
    }

    /** Gives rows, whose map of the last layer has number 0. */
    private void give(IntFunction<TokenMap> next) {
        List<TokenMap> maps = IntStream.range(0, joins.size()).mapToObj(next).toList();
        rows.accept(new Features(maps.getFirst(), maps.subList(1, maps.size()), null));
    }

    /**
     * Says that no sample follows: encodes the remainder, if it is long enough to be a window, and gives the last rows.
     *
     * @throws org.unmute.audio.ClipTooShortException if fewer samples than one frame have arrived
     */
    public void finish() {
        if (finished) {
            return;
        }
        finished = true;
        // What the last complete window had is at the start of the buffer.
        if (!begun || length - (window - hop) >= minRemainder) {
            encode(List.of(Arrays.copyOf(buffer, length)));
        }
        if (joins.getFirst().hasRest()) {
            give(i -> joins.get(i).rest());
        }
    }
}

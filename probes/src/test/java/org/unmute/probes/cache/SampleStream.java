package org.unmute.probes.cache;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

/** Samples in memory as a stream that counts how it is used. */
final class SampleStream implements AudioStream {
    /** Counters shared by several streams. */
    static final class Counts {
        int opened;
        int closed;
        int seeks;
        long decoded;
    }

    private final float[] samples;
    private final int rate;
    private final Counts counts;
    private long damageFrom = Long.MAX_VALUE;
    private long damageTo = Long.MAX_VALUE;
    private boolean lengthKnown = true;
    private boolean tooLarge;
    private List<String> warnings = List.of();
    private int position;

    SampleStream(float[] samples, int rate, Counts counts) {
        this.samples = samples;
        this.rate = rate;
        this.counts = counts;
        counts.opened++;
    }

    /** Makes frames undecodable. */
    SampleStream damaged(long from, long to) {
        damageFrom = from;
        damageTo = to;
        return this;
    }

    /** Removes the length, as if no header stated it. */
    SampleStream ofUnknownLength() {
        lengthKnown = false;
        return this;
    }

    /** Makes reading fail with an out-of-memory error. */
    SampleStream tooLargeForTheHeap() {
        tooLarge = true;
        return this;
    }

    /** Adds a warning at the end. */
    SampleStream warning(String text) {
        warnings = List.of(text);
        return this;
    }

    @Override
    public String name() {
        return "samples";
    }

    @Override
    public int sampleRate() {
        return rate;
    }

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public OptionalLong frames() {
        return lengthKnown ? OptionalLong.of(samples.length) : OptionalLong.empty();
    }

    @Override
    public long position() {
        return position;
    }

    /** Reads at most 1000 frames at once, as decoders return blocks. */
    @Override
    public int read(float[] into, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, into.length);
        if (tooLarge) {
            throw new OutOfMemoryError("Java heap space");
        }
        int n = Math.min(Math.min(count, 1000), samples.length - position);
        if (n <= 0) {
            return -1;
        }
        if (position + n > damageFrom && position < damageTo) {
            throw new UnreadableAudioException("samples", "damaged at frame " + damageFrom);
        }
        System.arraycopy(samples, position, into, from, n);
        position += n;
        counts.decoded += n;
        return n;
    }

    @Override
    public void seek(long frame) {
        counts.seeks++;
        position = (int) Math.min(frame, samples.length);
    }

    @Override
    public List<String> warnings() {
        return position == samples.length ? warnings : List.of();
    }

    @Override
    public void close() {
        counts.closed++;
    }

    /** Samples that are all different. */
    static float[] noise(int count) {
        float[] noise = new float[count];
        java.util.Random random = new java.util.Random(count);
        for (int i = 0; i < count; i++) {
            noise[i] = random.nextFloat() * 2 - 1;
        }
        return noise;
    }

    /** The samples of a clip by definition: cut at the nearest samples, then resampled on its own. */
    static float[] cut(float[] file, int rate, AudioClip clip) {
        int to = (int) Math.min(file.length, Math.round(Math.min(clip.end(), 1e9) * rate));
        return Arrays.copyOfRange(file, (int) Math.round(clip.start() * rate), to);
    }
}

package org.unmute.audio;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/** A stream of samples in memory that returns a random number of samples per read. */
final class ArrayStream implements AudioStream {
    private final float[] samples;
    private final int rate;
    private final boolean lengthKnown;
    private final Random random;
    private int position;

    ArrayStream(float[] samples, int rate, boolean lengthKnown, long seed) {
        this.samples = samples;
        this.rate = rate;
        this.lengthKnown = lengthKnown;
        random = new Random(seed);
    }

    @Override
    public String name() {
        return "array";
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

    @Override
    public int read(float[] into, int from, int count) {
        if (position == samples.length) {
            return -1;
        }
        int n = 1 + random.nextInt(Math.min(count, samples.length - position));
        System.arraycopy(samples, position, into, from, n);
        position += n;
        return n;
    }

    @Override
    public void seek(long frame) throws IOException {
        position = (int) Math.min(frame, samples.length);
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }

    @Override
    public void close() {}
}
